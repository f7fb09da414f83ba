import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { toasts } from '@/components/toasts';
import type { AnyRecord } from '@/lib/api/records';
import { type KindOf, titleOf } from '@/lib/kinds';
import { useDeleteRecord, useRestoreRecord } from '@/lib/queries';

/** Moves a record to the trash and offers to take it out again. Answers whether it went there. */
export function useDeletion(kind: KindOf): (record: AnyRecord, message?: string) => Promise<boolean> {
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  const remove = useDeleteRecord(kind.resource).mutateAsync;
  const restore = useRestoreRecord(kind.resource).mutateAsync;
  return async (record, message) => {
    const title = titleOf(kind, record);
    const undo = async () => {
      try {
        await restore(record.id);
        toasts.done(t('restored', { title }));
      } catch (error) {
        toasts.failed(messageOf(error, common));
      }
    };
    try {
      await remove(record.id);
      toasts.undoable(message ?? t('deleted', { title }), common('actions.undo'), undo);
      return true;
    } catch (error) {
      toasts.failed(messageOf(error, common));
      return false;
    }
  };
}
