import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { useFieldLabel } from '@/components/fields/labels';
import { toasts } from '@/components/toasts';
import { ApiError } from '@/lib/api/errors';
import type { AnyRecord } from '@/lib/api/records';
import { type Field, type KindOf, titleOf } from '@/lib/kinds';
import { useUpdateRecord } from '@/lib/queries';
import { useGridState } from './gridState';

/** Saves one changed cell: shown at once, taken back with the reason in the cell when it is refused, and undoable. */
export function useQuickEdit(kind: KindOf): (record: AnyRecord, field: Field, value: unknown) => void {
  const { t } = useTranslation(['data', 'common']);
  const { t: common } = useTranslation();
  const label = useFieldLabel();
  const state = useGridState();
  const { mutateAsync } = useUpdateRecord(kind.resource);

  const undo = async (id: string, changes: Record<string, unknown>, version: number) => {
    try {
      await mutateAsync({ id, changes, version });
      toasts.done(common('undone'));
    } catch (error) {
      toasts.failed(messageOf(error, common));
    }
  };

  const save = async (record: AnyRecord, field: Field, value: unknown) => {
    const before = (record as Record<string, unknown>)[field.name] ?? null;
    try {
      const { id, version } = await mutateAsync({
        id: record.id,
        changes: { [field.name]: value },
        version: record.version,
      });
      state.setFailure(id, field.name, null);
      const what = { field: label(kind.resource, field.name), title: titleOf(kind, record) };
      toasts.undoable(t('data:edit.saved', what), common('actions.undo'), () =>
        undo(id, { [field.name]: before }, version),
      );
    } catch (error) {
      const reason = error instanceof ApiError ? error.fields[field.name] : undefined;
      state.setFailure(record.id, field.name, reason ?? messageOf(error, common));
    }
  };

  return (record, field, value) => void save(record, field, value);
}
