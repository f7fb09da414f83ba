import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { useFieldLabel } from '@/components/fields/labels';
import { useUndoableUpdate } from '@/components/useUndoableUpdate';
import { ApiError } from '@/lib/api/errors';
import type { AnyRecord } from '@/lib/api/records';
import { type Field, type KindOf, titleOf } from '@/lib/kinds';
import { useGridState } from './gridState';

/** Saves one changed cell: shown at once, taken back with the reason in the cell when it is refused, and undoable. */
export function useQuickEdit(kind: KindOf): (record: AnyRecord, field: Field, value: unknown) => void {
  const { t } = useTranslation('data');
  const { t: common } = useTranslation();
  const label = useFieldLabel();
  const state = useGridState();
  const update = useUndoableUpdate(kind.resource);

  const save = async (record: AnyRecord, field: Field, value: unknown) => {
    const what = { field: label(kind.resource, field.name), title: titleOf(kind, record) };
    try {
      await update(record, { [field.name]: value }, t('edit.saved', what));
      state.setFailure(record.id, field.name, null);
    } catch (error) {
      const reason = error instanceof ApiError ? error.fields[field.name] : undefined;
      state.setFailure(record.id, field.name, reason ?? messageOf(error, common));
    }
  };

  return (record, field, value) => void save(record, field, value);
}
