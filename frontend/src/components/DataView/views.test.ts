import { expect, test } from 'vitest';
import { differs, type SavedView, searchOf, viewQueryOf } from './views';

const VIEW = {
  id: 'view',
  query: {
    filters: { city: ['Paris'], type: ['client', 'autre'] },
    sort: ['-potential_amount', 'name'],
    columns: ['name', 'city'],
    q: 'fonds',
    layout: { type: 'table' },
  },
} as unknown as SavedView;

test('a state is kept by a view and found again', () => {
  const search = searchOf(VIEW, 'table');

  expect(search).toEqual({
    view: 'view',
    city: 'Paris',
    type: ['client', 'autre'],
    sort: '-potential_amount,name',
    columns: 'name,city',
    q: 'fonds',
  });
  expect(viewQueryOf(search, 'table')).toEqual(VIEW.query);
});

test('a state differs from its view once anything but the order of its parameters does', () => {
  const { city, ...rest } = searchOf(VIEW, 'table');

  expect(differs({ ...rest, city, layout: 'table' }, VIEW, 'table')).toBe(false);
  expect(differs({ ...rest, city: 'Lyon' }, VIEW, 'table')).toBe(true);
  expect(differs({ ...rest, city, layout: 'board' }, VIEW, 'table')).toBe(true);
  expect(differs({}, undefined, 'table')).toBe(false);
  expect(differs({ sort: 'name' }, undefined, 'table')).toBe(true);
});

test('where the usual layout is no table, the table is what a view has to say', () => {
  expect(searchOf(VIEW, 'cards').layout).toBe('table');
  expect(viewQueryOf({}, 'cards').layout).toEqual({ type: 'cards' });
  expect(viewQueryOf({ layout: 'week' }, 'table').layout).toEqual({ type: 'table' });
});
