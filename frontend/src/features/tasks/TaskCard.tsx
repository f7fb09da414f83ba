import { Anchor, Avatar, Group, Text } from '@mantine/core';
import { IconCalendarDue } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { BoardCard, type OnMove } from '@/components/Board/Board';
import { EnumBadge } from '@/components/fields/EnumBadge';
import { RecordName } from '@/components/fields/RecordName';
import type { Task } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { useName } from '@/lib/names';
import { today } from './days';
import { isOpen, SnoozeMenu } from './TaskActions';

export function isOverdue(task: Task): boolean {
  return isOpen(task) && task.due_date !== null && task.due_date < today();
}

/** When a task is due, which reads as a warning once that is past. */
export function DueDate({ task }: { task: Task }) {
  const { t } = useTranslation('tasks');
  const format = useFormat();
  if (!task.due_date) return null;
  const late = isOverdue(task);
  const isToday = isOpen(task) && task.due_date === today();
  return (
    <Text
      size="xs"
      component="span"
      c={late ? 'var(--mantine-color-error)' : isToday ? 'var(--mantine-color-text)' : 'dimmed'}
      fw={late || isToday ? 600 : 400}
      style={{ display: 'inline-flex', alignItems: 'center', gap: 4, whiteSpace: 'nowrap' }}
    >
      <IconCalendarDue size={14} aria-hidden />
      {isToday ? t('due.today') : format.date(task.due_date)}
      {late ? ` · ${t('due.late')}` : null}
    </Text>
  );
}

export function TaskCard(props: { task: Task; column: string; onMove?: OnMove }) {
  const { task } = props;
  const { data: assignee } = useName('users', task.assigned_to);
  return (
    <BoardCard id={task.id} name={task.title} column={props.column} onMove={props.onMove}>
      <Anchor
        component={Link}
        to={`/tasks/${task.id}`}
        fw={600}
        size="sm"
        c="var(--mantine-color-text)"
        td={task.status === 'done' ? 'line-through' : undefined}
        draggable={false}
        pe={22}
        display="block"
        style={{ overflowWrap: 'anywhere' }}
      >
        {task.title}
      </Anchor>
      {task.organisation_id ? (
        <Text size="xs" c="dimmed" mt={2} truncate="end">
          <RecordName resource="organisations" id={task.organisation_id} plain />
        </Text>
      ) : null}
      <Group gap={8} mt={8} wrap="nowrap" justify="space-between" mih={28}>
        <Group gap={8}>
          <DueDate task={task} />
          {task.priority === 'high' || task.priority === 'urgent' ? (
            <EnumBadge name="priority" value={task.priority} />
          ) : null}
        </Group>
        <Group gap={2} wrap="nowrap">
          <SnoozeMenu task={task} />
          {assignee ? (
            <Avatar size={22} name={assignee} color="brand" title={assignee} alt={assignee} />
          ) : null}
        </Group>
      </Group>
    </BoardCard>
  );
}
