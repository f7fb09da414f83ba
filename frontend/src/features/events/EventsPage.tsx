import { IconCalendarEvent } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { DataView } from '@/components/DataView';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { PresetTabs } from '@/components/Presets';
import { CreateButton } from '@/components/RecordForm/CreateButton';
import { EVENTS } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';

const PRESETS = {
  all: {},
  upcoming: { end_at__gte: 'today' },
  mine: { support_contact_id: 'me' },
  without_support: { support_contact_id__empty: 'true' },
  past: { end_at__lte: 'today-1d' },
} as const;

export function EventsPage() {
  const { t } = useTranslation('events');
  const can = useCan();
  const [search, setSearch] = useListSearch();
  return (
    <>
      <PageHeader title={t('title')} actions={<CreateButton kind={EVENTS} />} />
      <PresetTabs
        presets={PRESETS}
        label={t('presets.label')}
        labelOf={(name) => t(`presets.${name}`)}
        search={search}
        onSearch={setSearch}
      />
      <DataView
        kind={EVENTS}
        search={search}
        onSearch={setSearch}
        empty={
          <EmptyState
            icon={<IconCalendarEvent size={28} />}
            title={t('empty.title')}
            text={can('events:create') ? t('empty.text') : undefined}
          />
        }
      />
    </>
  );
}
