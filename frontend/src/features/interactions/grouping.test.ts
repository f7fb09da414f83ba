import { expect, test } from 'vitest';
import type { Interaction } from '@/lib/api/records';
import { grouped } from './grouping';

const NOW = new Date(2026, 10, 21, 9);
const at = (id: string, day: number, status = 'done') =>
  ({ id, status, occurred_at: new Date(2026, 10, day, 0, 30).toISOString() }) as Interaction;

test('newest first, interactions are grouped by the local day', () => {
  const groups = grouped([at('a', 21), at('b', 20), at('c', 20), at('d', 3)], '-occurred_at', NOW);

  expect(groups.map(({ key, relative, items }) => [key, relative, items.map((one) => one.id)])).toEqual([
    ['2026-11-21', 'today', ['a']],
    ['2026-11-20', 'yesterday', ['b', 'c']],
    ['2026-11-03', undefined, ['d']],
  ]);
});

test('with what is to do first, by status', () => {
  const groups = grouped([at('a', 3, 'todo'), at('b', 21, 'done')], '-status,-occurred_at', NOW);

  expect(groups.map((group) => group.status)).toEqual(['todo', 'done']);
});
