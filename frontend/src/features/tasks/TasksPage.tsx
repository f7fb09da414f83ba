import { Group, SegmentedControl, Tabs } from '@mantine/core';
import { IconCalendarMonth, IconCalendarWeek, IconChecklist, IconLayoutKanban } from '@tabler/icons-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { DataView, type Layout } from '@/components/DataView';
import { EmptyState } from '@/components/EmptyState';
import { PageHeader } from '@/components/PageHeader';
import type { Task } from '@/lib/api/records';
import { TASKS } from '@/lib/kinds';
import type { ListSearch } from '@/lib/listSearch';
import { useCan } from '@/lib/session';
import { useListSearch } from '@/lib/useListSearch';
import { QuickTask } from './QuickTask';
import { DoneBox, SnoozeMenu } from './TaskActions';
import { TaskBoard } from './TaskBoard';
import { MonthCalendar, WeekCalendar } from './TaskCalendar';
import { TASK_VIEWS, type TaskView, taskViewOf, withTaskView } from './taskViews';

export function TasksPage() {
  const { t } = useTranslation('tasks');
  const can = useCan();
  const [search, setSearch] = useListSearch();
  const dated = search.layout !== 'week' && search.layout !== 'calendar';
  const rowActions = useCallback(
    (task: Task) => (
      <Group gap={6} wrap="nowrap" justify="flex-end">
        <SnoozeMenu task={task} />
        <DoneBox task={task} />
      </Group>
    ),
    [],
  );
  const layouts: Layout[] = [
    {
      value: 'board',
      label: t('layouts.board'),
      icon: <IconLayoutKanban size={16} />,
      render: (question) => <TaskBoard question={question} />,
    },
    {
      value: 'week',
      label: t('layouts.week'),
      icon: <IconCalendarWeek size={16} />,
      render: (question) => <WeekCalendar question={question} />,
    },
    {
      value: 'calendar',
      label: t('layouts.calendar'),
      icon: <IconCalendarMonth size={16} />,
      render: (question) => <MonthCalendar question={question} />,
    },
  ];
  return (
    <>
      <PageHeader title={t('title')} />
      {can('tasks:create') ? <QuickTask /> : null}
      <Group justify="space-between" gap="xs" mb="sm">
        <Views search={search} onSearch={setSearch} dated={dated} />
        <Whose search={search} onSearch={setSearch} />
      </Group>
      <DataView
        kind={TASKS}
        search={search}
        onSearch={setSearch}
        layouts={layouts}
        rowActions={rowActions}
        empty={
          <EmptyState
            icon={<IconChecklist size={28} />}
            title={t('empty.title')}
            text={can('tasks:create') ? t('empty.text') : undefined}
          />
        }
      />
    </>
  );
}

interface Choice {
  search: ListSearch;
  onSearch: (next: ListSearch) => void;
}

/** The calendars have days of their own, so they take no view by due date. */
function Views({ search, onSearch, dated }: Choice & { dated: boolean }) {
  const { t } = useTranslation('tasks');
  if (!dated) return <span />;
  return (
    <Tabs
      value={taskViewOf(search)}
      onChange={(view) => view && onSearch(withTaskView(search, view as TaskView))}
      variant="pills"
      activateTabWithKeyboard={false}
    >
      <Tabs.List aria-label={t('views.label')}>
        {(Object.keys(TASK_VIEWS) as TaskView[]).map((view) => (
          <Tabs.Tab key={view} value={view} aria-controls={undefined}>
            {t(`views.${view}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </Tabs>
  );
}

function Whose({ search, onSearch }: Choice) {
  const { t } = useTranslation('tasks');
  const mine = search.assigned_to === 'me';
  return (
    <SegmentedControl
      aria-label={t('whose.label')}
      value={mine ? 'mine' : search.assigned_to === undefined ? 'all' : ''}
      onChange={(value) => onSearch({ ...search, assigned_to: value === 'mine' ? 'me' : undefined })}
      data={[
        { value: 'mine', label: t('whose.mine') },
        { value: 'all', label: t('whose.all') },
      ]}
    />
  );
}
