import { expect, test } from 'vitest';
import { clicked, sortKeysOf, sortText } from './sorting';

const press = (sort: string | undefined, field: string, add = false) =>
  sortText(clicked(sortKeysOf(sort), field, add));

test('a click on a head sorts up, then down, then no more', () => {
  expect(press(undefined, 'name')).toBe('name');
  expect(press('name', 'name')).toBe('-name');
  expect(press('-name', 'name')).toBeUndefined();
});

test('another head takes the place of the first, unless it is added', () => {
  expect(press('name,city', 'type')).toBe('type');
  expect(press('name,city', 'type', true)).toBe('name,city,type');
  expect(press('name,city', 'name', true)).toBe('-name,city');
  expect(press('-name,city', 'name', true)).toBe('city');
});

test('at most five keys, as the API takes them', () => {
  expect(press('a,b,c,d,e', 'f', true)).toBe('b,c,d,e,f');
});
