import { expect, test } from 'vitest';
import { dayAfter, mondayOf } from './days';
import { TASK_VIEWS, type TaskView, taskViewOf, withTaskView } from './taskViews';

test.each(Object.keys(TASK_VIEWS) as TaskView[])('the filters of %s are known as that view', (view) => {
  const search = withTaskView({ assigned_to: 'me', layout: 'board', due_date__gte: '2026-01-01' }, view);

  expect(taskViewOf(search)).toBe(view);
  expect(search).toMatchObject({ assigned_to: 'me', layout: 'board' });
});

test('other filters of status or due date are no view', () => {
  expect(taskViewOf({ status: 'done' })).toBeNull();
  expect(taskViewOf({ ...withTaskView({}, 'today'), due_date__lte: '2026-12-31' })).toBeNull();
});

test.each([
  ['2026-11-21', '2026-11-16'],
  ['2026-11-16', '2026-11-16'],
  ['2026-11-22', '2026-11-16'],
  ['2027-01-01', '2026-12-28'],
])('the week of %s begins on %s', (day, monday) => {
  expect(mondayOf(day)).toBe(monday);
});

test('days follow each other over months and the change of the clock', () => {
  expect(dayAfter('2026-10-24', 2)).toBe('2026-10-26');
  expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
});
