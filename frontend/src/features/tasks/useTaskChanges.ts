import { useTranslation } from 'react-i18next';
import { messageOf } from '@/components/ErrorText';
import { toasts } from '@/components/toasts';
import type { Task } from '@/lib/api/records';
import { useUpdateRecord } from '@/lib/queries';

export type TaskChanges = Partial<Pick<Task, 'status' | 'due_date'>>;

/** Changes a task at once, says what was done, and offers to take it back. */
export function useTaskChanges(): (task: Task, changes: TaskChanges, done: string) => Promise<void> {
  const { t } = useTranslation('tasks');
  const { t: common } = useTranslation();
  const { mutateAsync } = useUpdateRecord('tasks');

  const carry = async (task: Task, changes: TaskChanges): Promise<Task | null> => {
    try {
      return await mutateAsync({ id: task.id, changes, version: task.version });
    } catch (error) {
      toasts.failed(t('refused', { title: task.title, reason: messageOf(error, common) }));
      return null;
    }
  };

  return async (task, changes, done) => {
    const before: TaskChanges = {};
    if ('status' in changes) before.status = task.status;
    if ('due_date' in changes) before.due_date = task.due_date;
    const changed = await carry(task, changes);
    if (!changed) return;
    toasts.undoable(done, common('actions.undo'), async () => {
      if (await carry(changed, before)) toasts.done(common('undone'));
    });
  };
}
