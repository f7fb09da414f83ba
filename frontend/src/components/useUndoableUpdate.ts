import { useTranslation } from 'react-i18next';
import type { ApiError } from '@/lib/api/errors';
import type { Changes, RecordOf, Resource } from '@/lib/api/records';
import { useUpdateRecord } from '@/lib/queries';
import { messageOf } from './ErrorText';
import { toasts } from './toasts';

/**
 * Saves changes to a record as it is shown, and says so in a toast that takes them back. Refusals are thrown for the
 * caller to show; nothing is said of a save that changed nothing.
 */
export function useUndoableUpdate<R extends Resource>(
  resource: R,
): (record: RecordOf[R], changes: Changes, message?: string) => Promise<RecordOf[R]> {
  const { t } = useTranslation();
  const { mutateAsync } = useUpdateRecord(resource);

  return async (record, changes, message = t('saved')) => {
    const shown = record as unknown as Changes;
    const before = Object.fromEntries(Object.keys(changes).map((field) => [field, shown[field] ?? null]));
    const saved = await mutateAsync({ id: record.id, changes, version: record.version });
    const undo = async () => {
      try {
        await mutateAsync({ id: record.id, changes: before, version: saved.version });
        toasts.done(t('undone'));
      } catch (error) {
        toasts.failed(messageOf(error as ApiError, t));
      }
    };
    if (saved.version !== record.version) toasts.undoable(message, t('actions.undo'), undo);
    return saved;
  };
}
