import { Button, Skeleton } from '@mantine/core';
import { IconMoodEmpty, IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { messageOf } from '@/components/ErrorText';
import { PageHeader } from '@/components/PageHeader';
import { toasts } from '@/components/toasts';
import type { AnyRecord } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { type KindOf, titleOf } from '@/lib/kinds';
import { keys, useRecordList, useRestoreRecord } from '@/lib/queries';
import { useCan } from '@/lib/session';

/** In place of a record that is not there: who may delete learns whether it is in the trash, and can take it out. */
export function Gone({ kind, id }: { kind: KindOf; id: string }) {
  const { t } = useTranslation(['records', 'kinds', 'common']);
  const may = useCan()(`${kind.permission}:delete`);
  const { data, isLoading } = useRecordList(kind.resource, { id, deleted: true, limit: 1 }, may);
  if (isLoading) return <Skeleton height={240} aria-hidden />;
  const [deleted] = may ? ((data?.items ?? []) as AnyRecord[]) : [];
  if (deleted?.id === id) return <InTrash kind={kind} record={deleted} />;
  return (
    <>
      <PageHeader title={t(`kinds:${kind.resource}.one`)} />
      <EmptyState
        icon={<IconMoodEmpty size={28} />}
        title={t('records:missing')}
        text={t('common:errors.not_found')}
        action={
          <Button component={Link} to={`/${kind.resource}`} variant="default">
            {t(`kinds:${kind.resource}.many`)}
          </Button>
        }
      />
    </>
  );
}

function InTrash({ kind, record }: { kind: KindOf; record: AnyRecord }) {
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const restore = useRestoreRecord(kind.resource);
  const title = titleOf(kind, record);
  const bringBack = async () => {
    try {
      await restore.mutateAsync(record.id);
      toasts.done(t('restored', { title }));
      await client.resetQueries({ queryKey: keys.one(kind.resource, record.id) });
    } catch (error) {
      toasts.failed(messageOf(error, common));
    }
  };
  return (
    <>
      <PageHeader title={title} />
      <EmptyState
        icon={<IconTrash size={28} />}
        title={t('in_trash')}
        text={t('in_trash_since', { when: format.dateTime(record.deleted_at) })}
        action={
          <Button onClick={bringBack} loading={restore.isPending}>
            {common('actions.restore')}
          </Button>
        }
      />
    </>
  );
}
