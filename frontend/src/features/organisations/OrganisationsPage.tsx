import { Button } from '@mantine/core';
import { IconBuilding, IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { DataView } from '@/components/DataView';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { openRecordForm } from '@/components/RecordForm';
import { ORGANISATIONS } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';

export function OrganisationsPage() {
  const { t } = useTranslation(['organisations', 'kinds']);
  const can = useCan();
  const [search, setSearch] = useListSearch();
  const create = can('organisations:create') ? (
    <Button leftSection={<IconPlus size={16} />} onClick={() => openRecordForm({ kind: ORGANISATIONS })}>
      {t('kinds:organisations.new')}
    </Button>
  ) : null;
  return (
    <>
      <PageHeader title={t('organisations:title')} actions={create} />
      <DataView
        kind={ORGANISATIONS}
        search={search}
        onSearch={setSearch}
        empty={
          <EmptyState
            icon={<IconBuilding size={28} />}
            title={t('organisations:empty.title')}
            text={t('organisations:empty.text')}
            action={create}
          />
        }
      />
    </>
  );
}
