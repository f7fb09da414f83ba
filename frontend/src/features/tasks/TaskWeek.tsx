import { Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Board, BoardColumn } from '@/components/Board/Board';
import type { Task } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { useCan } from '@/lib/session';
import { asHeading, dayAfter, today } from './days';
import { type Arrival, withArrivals } from './TaskBoard';
import { TaskCard } from './TaskCard';
import { useTaskChanges } from './useTaskChanges';

/** A column for each day; a card taken to another day is due then. */
export function TaskWeek(props: { monday: string; tasks: readonly Task[]; pending: boolean }) {
  const { t, i18n } = useTranslation('tasks');
  const format = useFormat();
  const can = useCan();
  const change = useTaskChanges();
  const [arrivals, setArrivals] = useState<readonly Arrival[]>([]);
  const name = new Intl.DateTimeFormat(i18n.language, { weekday: 'long', day: 'numeric' });
  const days = [0, 1, 2, 3, 4, 5, 6].map((step) => {
    const id = dayAfter(props.monday, step);
    return { id, name: asHeading(name.format(new Date(`${id}T00:00`))) };
  });

  const onMove = (task: Task, to: string) => {
    const message = t('snoozed', { title: task.title, date: format.date(to) });
    const arriving = { task: { ...task, due_date: to }, to };
    setArrivals((before) => [...before.filter((one) => one.task.id !== task.id), arriving]);
    void change(task, { due_date: to }, message).finally(() =>
      setArrivals((before) => before.filter((one) => one.task.id !== task.id)),
    );
    return message;
  };
  return (
    <Board label={t('layouts.week')} columns={days}>
      {days.map((day) => {
        const tasks = withArrivals(
          props.tasks.filter((task) => task.due_date === day.id),
          day.id,
          arrivals,
          (task) => task.due_date,
        );
        return (
          <BoardColumn
            key={day.id}
            id={day.id}
            name={day.name}
            colour={day.id === today() ? 'brand' : 'gray'}
            count={props.pending ? undefined : tasks.length}
          >
            {props.pending ? (
              <li>
                <Skeleton height={92} radius="md" />
              </li>
            ) : null}
            {tasks.map((task) => (
              <TaskCard
                key={task.id}
                task={task}
                column={day.id}
                onMove={can('tasks:update') ? (to) => onMove(task, to) : undefined}
              />
            ))}
            {!props.pending && tasks.length === 0 ? (
              <Text component="li" size="sm" c="dimmed" ta="center" py="lg">
                {t('nothing')}
              </Text>
            ) : null}
          </BoardColumn>
        );
      })}
    </Board>
  );
}
