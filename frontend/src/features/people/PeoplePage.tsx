import { Button } from '@mantine/core';
import { IconPlus, IconUsers } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DataView, type ExtraColumn } from '@/components/DataView';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import { openRecordForm } from '@/components/RecordForm';
import { PEOPLE } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';
import { MainOrganisation } from './MainOrganisation';

export function PeoplePage() {
  const { t } = useTranslation(['people', 'kinds', 'fields']);
  const can = useCan();
  const [search, setSearch] = useListSearch();
  const columns = useMemo<ExtraColumn<'people'>[]>(
    () => [
      {
        name: 'main_organisation',
        header: t('kinds:organisations.one'),
        cell: (person) => <MainOrganisation person={person.id} />,
        at: 1,
      },
    ],
    [t],
  );
  const create = can('people:create') ? (
    <Button leftSection={<IconPlus size={16} />} onClick={() => openRecordForm({ kind: PEOPLE })}>
      {t('kinds:people.new')}
    </Button>
  ) : null;
  return (
    <>
      <PageHeader title={t('people:title')} actions={create} />
      <DataView
        kind={PEOPLE}
        search={search}
        onSearch={setSearch}
        extraColumns={columns}
        empty={
          <EmptyState
            icon={<IconUsers size={28} />}
            title={t('people:empty.title')}
            text={t('people:empty.text')}
            action={create}
          />
        }
      />
    </>
  );
}
