import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Task } from '@/lib/api/records';
import { asHeading } from './days';
import { DoneBox, SnoozeMenu } from './TaskActions';
import { isOverdue } from './TaskCard';

/** The days that have tasks, one below the other: the month for narrow screens. */
export function TaskAgenda({ month, tasks }: { month: string; tasks: readonly Task[] }) {
  const { t, i18n } = useTranslation('tasks');
  const name = new Intl.DateTimeFormat(i18n.language, { weekday: 'long', day: 'numeric', month: 'long' });
  const days = new Map<string, Task[]>();
  for (const task of tasks) {
    if (task.due_date?.startsWith(month.slice(0, 7)))
      days.set(task.due_date, [...(days.get(task.due_date) ?? []), task]);
  }
  if (days.size === 0) {
    return (
      <Text c="dimmed" ta="center" py="xl">
        {t('nothing')}
      </Text>
    );
  }
  return (
    <Stack gap="md">
      {[...days].map(([day, due]) => (
        <section key={day}>
          <Title order={3} size="sm" mb={4}>
            {asHeading(name.format(new Date(`${day}T00:00`)))}
          </Title>
          {due.map((task) => (
            <Group key={task.id} gap="xs" wrap="nowrap" mih={40}>
              <DoneBox task={task} />
              <Anchor
                component={Link}
                to={`/tasks/${task.id}`}
                c={isOverdue(task) ? 'var(--mantine-color-error)' : 'var(--mantine-color-text)'}
                td={task.status === 'done' ? 'line-through' : undefined}
                style={{ flex: 1, overflowWrap: 'anywhere' }}
              >
                {task.title}
              </Anchor>
              <SnoozeMenu task={task} />
            </Group>
          ))}
        </section>
      ))}
    </Stack>
  );
}
