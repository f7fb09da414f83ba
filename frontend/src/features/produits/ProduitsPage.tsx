import { IconChartPie } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { DataView } from '@/components/DataView';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { CreateButton } from '@/components/RecordForm/CreateButton';
import { PRODUITS } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';

export function ProduitsPage() {
  const { t } = useTranslation('produits');
  const can = useCan();
  const [search, setSearch] = useListSearch();
  return (
    <>
      <PageHeader title={t('title')} actions={<CreateButton kind={PRODUITS} />} />
      <DataView
        kind={PRODUITS}
        search={search}
        onSearch={setSearch}
        empty={
          <EmptyState
            icon={<IconChartPie size={28} />}
            title={t('empty.title')}
            text={can('produits:create') ? t('empty.text') : undefined}
          />
        }
      />
    </>
  );
}
