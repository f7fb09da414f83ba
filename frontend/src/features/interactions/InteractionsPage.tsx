import { Button, Group, SegmentedControl, Switch } from '@mantine/core';
import { IconInbox, IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { DataView, type Layout } from '@/components/DataView';
import { PageHeader } from '@/components/PageHeader';
import { openRecordForm } from '@/components/RecordForm';
import { INTERACTIONS } from '@/lib/kinds';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';
import { Inbox } from './Inbox';

const TO_DO_FIRST = '-status,-occurred_at';
const NEWEST_FIRST = '-occurred_at';

export function InteractionsPage() {
  const { t } = useTranslation(['interactions', 'kinds']);
  const can = useCan();
  const [search, setSearch] = useListSearch();
  const layouts: Layout[] = [
    {
      value: 'cards',
      label: t('interactions:inbox'),
      icon: <IconInbox size={16} />,
      render: (question) => <Inbox question={question} />,
    },
  ];
  const mine = search.assignee_id === 'me';
  return (
    <>
      <PageHeader
        title={t('interactions:title')}
        actions={
          can('interactions:create') ? (
            <Button
              leftSection={<IconPlus size={16} />}
              onClick={() => openRecordForm({ kind: INTERACTIONS })}
            >
              {t('kinds:interactions.new')}
            </Button>
          ) : null
        }
      />
      <Group gap="md" mb="sm">
        <SegmentedControl
          aria-label={t('interactions:whose.label')}
          value={mine ? 'mine' : 'all'}
          onChange={(value) => setSearch({ ...search, assignee_id: value === 'mine' ? 'me' : undefined })}
          data={[
            { value: 'all', label: t('interactions:whose.all') },
            { value: 'mine', label: t('interactions:whose.mine') },
          ]}
        />
        <Switch
          label={t('interactions:to_do_first')}
          checked={search.sort === undefined || search.sort === TO_DO_FIRST}
          onChange={(event) =>
            setSearch({ ...search, sort: event.currentTarget.checked ? undefined : NEWEST_FIRST })
          }
        />
      </Group>
      <DataView
        kind={INTERACTIONS}
        search={search}
        onSearch={setSearch}
        layouts={layouts}
        usualLayout="cards"
        usualSort={TO_DO_FIRST}
      />
    </>
  );
}
