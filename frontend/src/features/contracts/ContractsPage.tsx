import { IconFileText } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { DataView } from '@/components/DataView';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { PresetTabs } from '@/components/Presets';
import { CreateButton } from '@/components/RecordForm/CreateButton';
import { CONTRACTS } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';

const PRESETS = {
  all: {},
  not_signed: { signed: 'false' },
  not_paid: { amount_due__gte: '0.01' },
} as const;

export function ContractsPage() {
  const { t } = useTranslation('contracts');
  const can = useCan();
  const [search, setSearch] = useListSearch();
  return (
    <>
      <PageHeader title={t('title')} actions={<CreateButton kind={CONTRACTS} />} />
      <PresetTabs
        presets={PRESETS}
        label={t('presets.label')}
        labelOf={(name) => t(`presets.${name}`)}
        search={search}
        onSearch={setSearch}
      />
      <DataView
        kind={CONTRACTS}
        search={search}
        onSearch={setSearch}
        empty={
          <EmptyState
            icon={<IconFileText size={28} />}
            title={t('empty.title')}
            text={can('contracts:create') ? t('empty.text') : undefined}
          />
        }
      />
    </>
  );
}
