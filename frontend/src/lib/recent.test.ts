import { expect, test } from 'vitest';
import { recentOf, recordAt, remember } from './recent';

test('keeps the newest eight, each once, for each user apart', () => {
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'b']) {
    remember('one', { resource: 'people', id });
  }

  expect(recentOf('one').map((recent) => recent.id)).toEqual(['b', 'i', 'h', 'g', 'f', 'e', 'd', 'c']);
  expect(recentOf('other')).toEqual([]);
});

test.each(['{', '"text"', '[{"resource":"users","id":"1"},{"resource":"tasks"}]'])(
  'takes %s for no record',
  (kept) => {
    localStorage.setItem('alforis.recent.one', kept);

    expect(recentOf('one')).toEqual([]);
  },
);

test.each([
  ['/tasks/01K', { resource: 'tasks', id: '01K' }],
  ['/tasks', null],
  ['/tasks/01K/more', null],
  ['/settings/users', null],
])('knows the record at %s', (path, record) => {
  expect(recordAt(path)).toEqual(record);
});
