import type { ListSearch } from '@/lib/listSearch';

/** The views of the task list are filters of the URL, meant from today. */
export const TASK_VIEWS = {
  all: {},
  overdue: { status: ['todo', 'doing'], due_date__lte: 'today-1d' },
  today: { status: ['todo', 'doing'], due_date__gte: 'today', due_date__lte: 'today' },
  next_7_days: { status: ['todo', 'doing'], due_date__gte: 'today+1d', due_date__lte: 'today+7d' },
} as const satisfies Record<string, Record<string, string | readonly string[]>>;

export type TaskView = keyof typeof TASK_VIEWS;

const RULED = ['status', 'due_date', 'due_date__gte', 'due_date__lte', 'due_date__empty'] as const;

/** The view that the filters amount to; null for filters of the user's own. */
export function taskViewOf(search: ListSearch): TaskView | null {
  const given = JSON.stringify(RULED.map((name) => [search[name] ?? []].flat()));
  const same = (view: TaskView) =>
    JSON.stringify(RULED.map((name) => [(TASK_VIEWS[view] as ListSearch)[name] ?? []].flat())) === given;
  return (Object.keys(TASK_VIEWS) as TaskView[]).find(same) ?? null;
}

export function withTaskView(search: ListSearch, view: TaskView): ListSearch {
  const rest = Object.fromEntries(
    Object.entries(search).filter(([name]) => !(RULED as readonly string[]).includes(name)),
  );
  return { ...rest, ...(TASK_VIEWS[view] as unknown as ListSearch) } as ListSearch;
}
