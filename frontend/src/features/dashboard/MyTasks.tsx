import { Anchor, Badge, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { questionOf } from '@/components/DataView';
import { RecordName } from '@/components/fields/RecordName';
import { LoadFailed } from '@/components/LoadFailed';
import { Panel } from '@/components/Panel';
import { DoneBox, SnoozeMenu } from '@/features/tasks/TaskActions';
import { DueDate } from '@/features/tasks/TaskCard';
import { type TaskView, withTaskView } from '@/features/tasks/taskViews';
import { TASKS } from '@/lib/kinds';
import { useRecordList } from '@/lib/queries';
import { useMe } from '@/lib/session';

const VIEWS = ['overdue', 'today', 'next_7_days'] as const satisfies readonly TaskView[];
const SHOWN = 6;

/** What the user has to do; ticked off where it stands. */
export function MyTasks() {
  const { t } = useTranslation(['dashboard', 'tasks']);
  const me = useMe().user.id;
  const [chosen, setChosen] = useState<(typeof VIEWS)[number] | null>(null);
  const searches = VIEWS.map((view) => withTaskView({ assigned_to: 'me' }, view));
  const lists = [useMine(searches[0], me), useMine(searches[1], me), useMine(searches[2], me)];
  const totals = lists.map((list) => list.data?.total);
  // What is late comes first, unless there is nothing late.
  const at = chosen
    ? VIEWS.indexOf(chosen)
    : Math.max(
        0,
        totals.findIndex((total) => total !== 0),
      );
  const { data, error, refetch } = lists[at] ??
    lists[0] ?? { data: undefined, error: null, refetch: () => {} };
  return (
    <Panel
      title={t('dashboard:tasks.title')}
      actions={
        <Anchor component={Link} to="/tasks" search={searches[at] as never} size="sm">
          {t('dashboard:see_list')}
        </Anchor>
      }
    >
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t('tasks:views.label')}
        value={VIEWS[at]}
        onChange={(value) => setChosen(value as (typeof VIEWS)[number])}
        data={VIEWS.map((view, index) => ({
          value: view,
          label: (
            <Group gap={6} justify="center" wrap="nowrap">
              <span>{t(`tasks:views.${view}`)}</span>
              {totals[index] === undefined ? null : (
                <Badge size="xs" variant="light" color={view === 'overdue' && totals[index] ? 'red' : 'gray'}>
                  {totals[index]}
                </Badge>
              )}
            </Group>
          ),
        }))}
        mb="xs"
      />
      {error && !data ? <LoadFailed error={error} onRetry={refetch} /> : null}
      {!data && !error ? [1, 2, 3].map((row) => <Skeleton key={row} height={40} my={4} radius="md" />) : null}
      <Stack gap={0} component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
        {data?.items.map((task) => (
          <Group component="li" key={task.id} gap="sm" wrap="nowrap" py={6}>
            <DoneBox task={task} />
            <div style={{ flex: 1, minWidth: 0 }}>
              <Anchor
                component={Link}
                to={`/tasks/${task.id}`}
                c="var(--mantine-color-text)"
                size="sm"
                fw={550}
                style={{ overflowWrap: 'anywhere' }}
              >
                {task.title}
              </Anchor>
              <Group gap={8}>
                <DueDate task={task} />
                {task.organisation_id ? (
                  <Text size="xs" c="dimmed">
                    <RecordName resource="organisations" id={task.organisation_id} plain />
                  </Text>
                ) : null}
              </Group>
            </div>
            <SnoozeMenu task={task} />
          </Group>
        ))}
      </Stack>
      {data?.items.length === 0 ? (
        <Text c="dimmed" size="sm" ta="center" py="lg">
          {t(`dashboard:tasks.none.${VIEWS[at] ?? 'today'}`)}
        </Text>
      ) : null}
    </Panel>
  );
}

function useMine(search: ReturnType<typeof withTaskView> | undefined, me: string) {
  return useRecordList('tasks', { ...questionOf(TASKS, search ?? {}, me), sort: 'due_date', limit: SHOWN });
}
