import '@mantine/schedule/styles.layer.css';
import 'dayjs/locale/fr';
import { MonthView, type ScheduleEventData, type ScheduleLabels } from '@mantine/schedule';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Task } from '@/lib/api/records';
import { useFormat } from '@/lib/format';
import { useCan } from '@/lib/session';
import { isOpen } from './TaskActions';
import { isOverdue } from './TaskCard';
import classes from './TaskMonth.module.css';
import { useTaskChanges } from './useTaskChanges';

const PRIORITY_COLOURS: Record<Task['priority'], string> = {
  low: 'gray',
  normal: 'brand',
  high: 'orange',
  urgent: 'red',
};

/** A month of due dates. Tasks are dragged to another day; the week and the snooze menu do so without a mouse. */
export function TaskMonth({ month, tasks }: { month: string; tasks: readonly Task[] }) {
  const { t, i18n } = useTranslation('tasks');
  const format = useFormat();
  const can = useCan();
  const navigate = useNavigate();
  const change = useTaskChanges();
  const labels = useScheduleLabels();
  const events = tasks.filter((task) => task.due_date !== null).map(eventOf);
  const open = (event: ScheduleEventData) => void navigate({ to: `/tasks/${event.id}` });
  return (
    <MonthView
      date={month}
      locale={i18n.language}
      firstDayOfWeek={1}
      labels={labels}
      events={events}
      classNames={{ monthViewDayLabel: classes.day, monthViewWeekday: classes.weekday }}
      withHeader={false}
      maxEventsPerDay={4}
      withEventsDragAndDrop={can('tasks:update')}
      canDragEvent={(event) => tasks.some((task) => task.id === event.id && isOpen(task))}
      onEventDrop={({ eventId, newStart }) => {
        const task = tasks.find((one) => one.id === eventId);
        const day = newStart.slice(0, 10);
        if (task && task.due_date !== day)
          void change(task, { due_date: day }, t('snoozed', { title: task.title, date: format.date(day) }));
      }}
      onEventClick={open}
    />
  );
}

function eventOf(task: Task): ScheduleEventData {
  return {
    id: task.id,
    title: task.title,
    start: `${task.due_date} 00:00:00`,
    end: `${task.due_date} 23:59:59`,
    color: isOverdue(task) ? 'red' : isOpen(task) ? PRIORITY_COLOURS[task.priority] : 'gray',
  };
}

function useScheduleLabels(): ScheduleLabels {
  const { t } = useTranslation('tasks');
  return {
    today: t('due.today'),
    next: t('calendar.next'),
    previous: t('calendar.previous'),
    more: t('calendar.more'),
    moreLabel: (count) => t('calendar.more_count', { count }),
    day: t('calendar.day'),
    week: t('layouts.week'),
    month: t('layouts.calendar'),
    year: t('calendar.year'),
    allDay: t('calendar.all_day'),
    weekday: t('calendar.weekday'),
    timeSlot: t('calendar.time_slot'),
    selectMonth: t('calendar.select_month'),
    selectYear: t('calendar.select_year'),
    switchToDayView: t('calendar.to_day'),
    switchToWeekView: t('calendar.to_week'),
    switchToMonthView: t('calendar.to_month'),
    switchToYearView: t('calendar.to_year'),
    viewSelectLabel: t('calendar.view'),
    noEvents: t('nothing'),
    resource: t('calendar.resource'),
    resources: t('calendar.resources'),
    resourceSlot: t('calendar.resource_slot'),
    agenda: t('calendar.agenda'),
  };
}
