import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { toasts } from '@/components/toasts';
import { useUndoableUpdate } from '@/components/useUndoableUpdate';
import type { Task } from '@/lib/api/records';

export type TaskChanges = Partial<Pick<Task, 'status' | 'due_date'>>;

/** Changes a task at once, says what was done and offers to take it back; a refusal is told with its reason. */
export function useTaskChanges(): (task: Task, changes: TaskChanges, done: string) => Promise<void> {
  const { t } = useTranslation('tasks');
  const { t: common } = useTranslation();
  const update = useUndoableUpdate('tasks');
  return async (task, changes, done) => {
    try {
      await update(task, changes, done);
    } catch (error) {
      toasts.failed(t('refused', { title: task.title, reason: messageOf(error, common) }));
    }
  };
}
