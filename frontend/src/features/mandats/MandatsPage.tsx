import { IconSignature } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { DataView } from '@/components/DataView';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { PresetTabs } from '@/components/Presets';
import { CreateButton } from '@/components/RecordForm/CreateButton';
import { MANDATS } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';

const PRESETS = {
  all: {},
  in_force: { status: ['signe', 'actif'] },
  expiring: { status: ['signe', 'actif'], date_fin__gte: 'today', date_fin__lte: 'today+90d' },
} as const;

export function MandatsPage() {
  const { t } = useTranslation('mandats');
  const can = useCan();
  const [search, setSearch] = useListSearch();
  return (
    <>
      <PageHeader title={t('title')} actions={<CreateButton kind={MANDATS} />} />
      <PresetTabs
        presets={PRESETS}
        label={t('presets.label')}
        labelOf={(name) => t(`presets.${name}`)}
        search={search}
        onSearch={setSearch}
      />
      <DataView
        kind={MANDATS}
        search={search}
        onSearch={setSearch}
        empty={
          <EmptyState
            icon={<IconSignature size={28} />}
            title={t('empty.title')}
            text={can('mandats:create') ? t('empty.text') : undefined}
          />
        }
      />
    </>
  );
}
