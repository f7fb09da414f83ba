import { Anchor, Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconCheckbox, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '@/components/EmptyState';
import { messageOf } from '@/components/ErrorText';
import { EnumBadge } from '@/components/fields/EnumBadge';
import { FieldInput } from '@/components/fields/FieldInput';
import { RecordName } from '@/components/fields/RecordName';
import { LoadFailed } from '@/components/LoadFailed';
import { toasts } from '@/components/toasts';
import { DoneBox, isOpen, SnoozeMenu } from '@/features/tasks/TaskActions';
import { DueDate } from '@/features/tasks/TaskCard';
import type { Task } from '@/lib/api/records';
import { fieldOf, TASKS } from '@/lib/kinds';
import { useCreateRecord, useRecordList } from '@/lib/queries';
import { useCan } from '@/lib/session';
import type { LinkEnd } from './Links';
import classes from './RecordPage.module.css';

/** The tasks about a record: the open ones first, by their due date. */
export function RecordTasks({ end, id }: { end: LinkEnd; id: string }) {
  const { t } = useTranslation('records');
  const can = useCan();
  const { data, error, isPending, refetch } = useRecordList('tasks', {
    [end]: id,
    sort: 'due_date',
    limit: 100,
  });
  if (isPending) return <Skeleton height={120} aria-hidden />;
  if (error) return <LoadFailed error={error} onRetry={refetch} />;
  const tasks = [...data.items.filter(isOpen), ...data.items.filter((task) => !isOpen(task))];
  return (
    <Stack gap="sm">
      {can('tasks:create') ? <AddTask end={end} id={id} /> : null}
      {tasks.length === 0 ? (
        <EmptyState icon={<IconCheckbox size={26} />} title={t('tasks.empty')} text={t('tasks.empty_text')} />
      ) : (
        <ul className={classes.rows}>
          {tasks.map((task) => (
            <TaskRow key={task.id} task={task} />
          ))}
        </ul>
      )}
    </Stack>
  );
}

function TaskRow({ task }: { task: Task }) {
  return (
    <li>
      <DoneBox task={task} />
      <div className={classes.grow}>
        <Anchor
          component={Link}
          to={`/tasks/${task.id}`}
          size="sm"
          fw={600}
          c={isOpen(task) ? 'inherit' : 'dimmed'}
          td={task.status === 'done' ? 'line-through' : undefined}
          style={{ overflowWrap: 'anywhere' }}
        >
          {task.title}
        </Anchor>
        <Group gap={8}>
          <DueDate task={task} />
          {task.assigned_to ? (
            <Text size="xs" c="dimmed" component="span">
              <RecordName resource="users" id={task.assigned_to} plain />
            </Text>
          ) : null}
        </Group>
      </div>
      {task.priority === 'high' || task.priority === 'urgent' ? (
        <EnumBadge name="priority" value={task.priority} />
      ) : null}
      <SnoozeMenu task={task} />
    </li>
  );
}

function AddTask({ end, id }: { end: LinkEnd; id: string }) {
  const { t } = useTranslation('records');
  const { t: common } = useTranslation();
  const [title, setTitle] = useState('');
  const [due, setDue] = useState<unknown>(null);
  const key = useRef(crypto.randomUUID());
  const create = useCreateRecord('tasks');
  const dueField = fieldOf(TASKS, 'due_date');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!title.trim() || create.isPending) return;
    try {
      await create.mutateAsync({
        fields: { title: title.trim(), due_date: due, [end]: id },
        key: key.current,
      });
      key.current = crypto.randomUUID();
      setTitle('');
      setDue(null);
    } catch (error) {
      toasts.failed(messageOf(error, common));
    }
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs">
        <TextInput
          aria-label={t('tasks.new')}
          placeholder={t('tasks.new')}
          value={title}
          maxLength={200}
          leftSection={<IconPlus size={16} />}
          onChange={(event) => setTitle(event.currentTarget.value)}
          style={{ flex: '1 1 200px' }}
        />
        {dueField ? (
          <div style={{ flex: '0 1 160px' }}>
            <FieldInput resource="tasks" field={dueField} value={due} onChange={setDue} hideLabel />
          </div>
        ) : null}
        <Button type="submit" loading={create.isPending} disabled={!title.trim()}>
          {common('actions.add')}
        </Button>
      </Group>
    </form>
  );
}
