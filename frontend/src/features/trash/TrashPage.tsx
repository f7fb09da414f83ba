import { Button, Tabs } from '@mantine/core';
import { IconRestore, IconTrash } from '@tabler/icons-react';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DataView, type ExtraColumn } from '@/components/DataView';
import { EmptyState } from '@/components/EmptyState';
import { messageOf } from '@/components/ErrorText';
import { RecordName } from '@/components/fields/RecordName';
import { PageHeader } from '@/components/PageHeader';
import { toasts } from '@/components/toasts';
import type { AnyRecord, Resource } from '@/lib/api/records';
import {
  CONTRACTS,
  EVENTS,
  INTERACTIONS,
  type KindOf,
  MANDATS,
  ORGANISATIONS,
  PEOPLE,
  PRODUITS,
  TASKS,
  titleOf,
  USERS,
} from '@/lib/kinds';
import { useRestoreRecord } from '@/lib/queries';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';

const KINDS: readonly KindOf[] = [
  ORGANISATIONS,
  PEOPLE,
  INTERACTIONS,
  TASKS,
  PRODUITS,
  MANDATS,
  CONTRACTS,
  EVENTS,
  USERS,
] as unknown as KindOf[];
const DELETED = { deleted: 'true' };

/** What was deleted, a tab a kind; the tab is the list's layout in the URL. */
export function TrashPage() {
  const { t } = useTranslation(['trash', 'kinds']);
  const can = useCan();
  const [search, setSearch] = useListSearch();
  const kinds = KINDS.filter((kind) => can(`${kind.permission}:delete`));
  const kind = kinds.find((one) => one.resource === search.layout) ?? kinds[0];
  if (!kind) {
    return (
      <>
        <PageHeader title={t('trash:title')} />
        <EmptyState
          icon={<IconTrash size={28} />}
          title={t('trash:closed.title')}
          text={t('trash:closed.text')}
        />
      </>
    );
  }
  return (
    <>
      <PageHeader title={t('trash:title')} subtitle={t('trash:about')} />
      <Tabs
        value={kind.resource}
        onChange={(resource) => setSearch(resource ? { layout: resource } : {})}
        keepMounted={false}
      >
        <Tabs.List mb="sm" aria-label={t('trash:kinds')}>
          {kinds.map((one) => (
            <Tabs.Tab key={one.resource} value={one.resource}>
              {t(`kinds:${one.resource}.many`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {kinds.map((one) => (
          <Tabs.Panel key={one.resource} value={one.resource}>
            <Deleted kind={one} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

function Deleted({ kind }: { kind: KindOf }) {
  const { t } = useTranslation('trash');
  const [search, setSearch] = useListSearch();
  const columns = useMemo<ExtraColumn[]>(
    () => [
      {
        name: 'deleted_by',
        header: t('deleted_by'),
        cell: (record) =>
          record.deleted_by ? <RecordName resource="users" id={record.deleted_by} plain /> : null,
      },
    ],
    [t],
  );
  const usual = useMemo(() => [kind.title, 'deleted_at', 'deleted_by'], [kind]);
  const actions = useCallback((record: AnyRecord) => <Restore kind={kind} record={record} />, [kind]);
  return (
    <DataView
      kind={kind}
      search={search}
      onSearch={setSearch}
      fixed={DELETED}
      usualColumns={usual}
      usualSort="-deleted_at"
      extraColumns={columns}
      rowHref={nowhere}
      rowActions={actions}
      rowActionsWidth={150}
      empty={<EmptyState icon={<IconTrash size={28} />} title={t('empty.title')} text={t('empty.text')} />}
    />
  );
}

/** A deleted record has no page. */
const nowhere = () => null;

function Restore({ kind, record }: { kind: KindOf; record: AnyRecord }) {
  const { t } = useTranslation(['trash', 'common']);
  const { t: common } = useTranslation();
  const { mutateAsync, isPending } = useRestoreRecord(kind.resource as Resource);
  const title = titleOf(kind, record);
  const restore = async () => {
    try {
      await mutateAsync(record.id);
      toasts.done(t('trash:restored', { title }));
    } catch (error) {
      toasts.failed(t('trash:refused', { title, reason: messageOf(error, common) }));
    }
  };
  return (
    <Button
      size="compact-sm"
      variant="light"
      leftSection={<IconRestore size={14} />}
      loading={isPending}
      aria-label={t('trash:restore', { title })}
      onClick={() => void restore()}
    >
      {t('common:actions.restore')}
    </Button>
  );
}
