import { Button, Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Board, BoardColumn } from '@/components/Board/Board';
import { ErrorText } from '@/components/ErrorText';
import { useEnumLabel } from '@/components/fields/labels';
import type { ListParameters, Task } from '@/lib/api/records';
import { ENUMS } from '@/lib/kinds';
import { useRecordPages } from '@/lib/queries';
import { useCan } from '@/lib/session';
import { TaskCard } from './TaskCard';
import { useTaskChanges } from './useTaskChanges';

type Status = (typeof ENUMS.task_status)[number];

const COLOURS: Record<Status, string> = { todo: 'gray', doing: 'brand', done: 'green', cancelled: 'gray' };
const CARDS = 25;

export interface Arrival {
  task: Task;
  to: string;
}

/** Tasks by status. The columns ask for their status themselves, whatever the list's question says about it. */
export function TaskBoard({ question }: { question: ListParameters }) {
  const { t } = useTranslation('tasks');
  const label = useEnumLabel();
  const change = useTaskChanges();
  const [arrivals, setArrivals] = useState<readonly Arrival[]>([]);
  const columns = ENUMS.task_status.map((status) => ({ id: status, name: label('task_status', status) }));

  const onMove = (task: Task, to: string) => {
    const message = t('moved', { title: task.title, status: label('task_status', to) });
    const arriving = { task: { ...task, status: to as Status }, to };
    setArrivals((before) => [...before.filter((one) => one.task.id !== task.id), arriving]);
    void change(task, { status: to as Status }, message).finally(() =>
      setArrivals((before) => before.filter((one) => one.task.id !== task.id)),
    );
    return message;
  };
  return (
    <Board label={t('layouts.board')} columns={columns}>
      {ENUMS.task_status.map((status) => (
        <StatusColumn key={status} status={status} question={question} arrivals={arrivals} onMove={onMove} />
      ))}
    </Board>
  );
}

interface ColumnProps {
  status: Status;
  question: ListParameters;
  arrivals: readonly Arrival[];
  onMove: (task: Task, to: string) => string;
}

function StatusColumn({ status, question, arrivals, onMove }: ColumnProps) {
  const { t } = useTranslation(['tasks', 'common']);
  const label = useEnumLabel();
  const can = useCan();
  const foldable = status === 'cancelled';
  const [folded, setFolded] = useState(foldable);
  const { status: _, ...filters } = question;
  const closed = status === 'done' || status === 'cancelled';
  const pages = useRecordPages('tasks', {
    ...filters,
    status,
    sort: closed ? '-updated_at' : 'due_date',
    limit: CARDS,
  });
  const listed = pages.data?.pages.flatMap((page) => page.items) ?? [];
  const tasks = withArrivals(listed, status, arrivals, (task) => task.status);
  const change = tasks.length - listed.length;
  const total = pages.data?.pages.at(-1)?.total;
  return (
    <BoardColumn
      id={status}
      name={label('task_status', status)}
      colour={COLOURS[status]}
      count={total === undefined ? undefined : total + change}
      collapsed={folded}
      onToggle={foldable ? () => setFolded(!folded) : undefined}
    >
      {pages.error && !pages.data ? (
        <li>
          <ErrorText error={pages.error} />
          <Button size="xs" variant="default" mt="xs" onClick={() => pages.refetch()}>
            {t('common:actions.retry')}
          </Button>
        </li>
      ) : null}
      {pages.isPending
        ? [1, 2, 3].map((row) => (
            <li key={row}>
              <Skeleton height={92} radius="md" />
            </li>
          ))
        : null}
      {tasks.map((task) => (
        <TaskCard
          key={task.id}
          task={task}
          column={status}
          onMove={can('tasks:update') ? (to) => onMove(task, to) : undefined}
        />
      ))}
      {pages.data && tasks.length === 0 ? (
        <Text component="li" size="sm" c="dimmed" ta="center" py="lg">
          {t('tasks:nothing')}
        </Text>
      ) : null}
      {pages.hasNextPage ? (
        <li>
          <Button
            fullWidth
            variant="subtle"
            size="xs"
            loading={pages.isFetchingNextPage}
            onClick={() => pages.fetchNextPage()}
          >
            {t('common:actions.more')}
          </Button>
        </li>
      ) : null}
    </BoardColumn>
  );
}

/** What a column shows: what belongs there already and stays, and before it what is on its way there. */
export function withArrivals(
  listed: readonly Task[],
  column: string,
  arrivals: readonly Arrival[],
  columnOf: (task: Task) => string | null,
): readonly Task[] {
  const going = new Map(arrivals.map((one) => [one.task.id, one.to]));
  const staying = listed.filter((task) => (going.get(task.id) ?? columnOf(task)) === column);
  const arriving = arrivals
    .filter((one) => one.to === column && !staying.some((task) => task.id === one.task.id))
    .map((one) => one.task);
  return [...arriving, ...staying];
}
