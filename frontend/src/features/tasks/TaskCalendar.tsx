import { ActionIcon, Button, Group, Loader, Title } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorText } from '@/components/ErrorText';
import type { ListParameters, Page, Task } from '@/lib/api/records';
import { useRecordList } from '@/lib/queries';
import { asHeading, dayAfter, mondayOf, today } from './days';
import { TaskAgenda } from './TaskAgenda';
import { TaskWeek } from './TaskWeek';

const TaskMonth = lazy(() => import('./TaskMonth').then((module) => ({ default: module.TaskMonth })));
const MOST = 200;

interface Props {
  question: ListParameters;
}

/** Tasks by their due date, a month at a time. */
export function MonthCalendar({ question }: Props) {
  const { i18n } = useTranslation();
  const [month, setMonth] = useState(today().slice(0, 7));
  const narrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  const first = `${month}-01`;
  const from = mondayOf(first);
  // Six weeks, as the grid shows them.
  const period = usePeriod(question, from, dayAfter(from, 41));
  const name = new Intl.DateTimeFormat(i18n.language, { month: 'long', year: 'numeric' });
  return (
    <>
      <Turner
        title={name.format(new Date(`${first}T00:00`))}
        onToday={() => setMonth(today().slice(0, 7))}
        onTurn={(step) => setMonth(monthAfter(month, step))}
        loading={period.isFetching}
      />
      <Failure error={period.error} />
      {narrow ? (
        <TaskAgenda month={first} tasks={period.tasks} />
      ) : (
        <Suspense fallback={<Loader m="xl" />}>
          <TaskMonth month={first} tasks={period.tasks} />
        </Suspense>
      )}
    </>
  );
}

/** Tasks by their due date, a week at a time. */
export function WeekCalendar({ question }: Props) {
  const { i18n } = useTranslation();
  const [monday, setMonday] = useState(mondayOf(today()));
  const sunday = dayAfter(monday, 6);
  const period = usePeriod(question, monday, sunday);
  const range = new Intl.DateTimeFormat(i18n.language, { day: 'numeric', month: 'long', year: 'numeric' });
  return (
    <>
      <Turner
        title={range.formatRange(new Date(`${monday}T00:00`), new Date(`${sunday}T00:00`))}
        onToday={() => setMonday(mondayOf(today()))}
        onTurn={(step) => setMonday(dayAfter(monday, 7 * step))}
        loading={period.isFetching}
      />
      <Failure error={period.error} />
      <TaskWeek monday={monday} tasks={period.tasks} pending={period.pending} />
    </>
  );
}

/** The tasks due in a period, which takes the place of what the question says about due dates. */
function usePeriod(question: ListParameters, from: string, to: string) {
  const filters = Object.fromEntries(
    Object.entries(question).filter(([name]) => !name.startsWith('due_date')),
  ) as ListParameters;
  const { data, isFetching, isPending, error } = useRecordList('tasks', {
    ...filters,
    due_date__gte: from,
    due_date__lte: to,
    sort: 'due_date',
    limit: MOST,
  });
  const tasks: readonly Task[] = (data as Page<'tasks'> | undefined)?.items ?? [];
  return { tasks, isFetching, pending: isPending, error };
}

function Failure({ error }: { error: unknown }): ReactNode {
  return error ? <ErrorText error={error} /> : null;
}

function Turner(props: {
  title: string;
  onToday: () => void;
  onTurn: (step: 1 | -1) => void;
  loading: boolean;
}) {
  const { t } = useTranslation('tasks');
  return (
    <Group gap="xs" mb="xs">
      <ActionIcon variant="default" onClick={() => props.onTurn(-1)} aria-label={t('calendar.previous')}>
        <IconChevronLeft size={18} />
      </ActionIcon>
      <ActionIcon variant="default" onClick={() => props.onTurn(1)} aria-label={t('calendar.next')}>
        <IconChevronRight size={18} />
      </ActionIcon>
      <Button variant="default" size="sm" onClick={props.onToday}>
        {t('due.today')}
      </Button>
      <Title order={2} size="h4" aria-live="polite">
        {asHeading(props.title)}
      </Title>
      {props.loading ? <Loader size={16} /> : null}
    </Group>
  );
}

function monthAfter(month: string, step: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const at = year * 12 + number - 1 + step;
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`;
}
