import { expect, test } from 'vitest';
import { dayAt, isRelativeDay, PERIODS, periodOf } from './days';

// A Saturday; the year ends on a Thursday.
const NOW = new Date(2026, 10, 21, 23, 59);

test.each([
  ['today', '2026-11-21'],
  ['today-30d', '2026-10-22'],
  ['today+10d', '2026-12-01'],
  ['week_start', '2026-11-16'],
  ['week_end', '2026-11-22'],
  ['month_start', '2026-11-01'],
  ['month_end', '2026-11-30'],
  ['quarter_start', '2026-10-01'],
  ['quarter_end', '2026-12-31'],
  ['year_start', '2026-01-01'],
  ['year_end', '2026-12-31'],
])('%s is %s', (relative, day) => {
  expect(isRelativeDay(relative)).toBe(true);
  expect(dayAt(relative, NOW)).toBe(day);
});

test.each([
  [new Date(2026, 0, 31), 'month_end', '2026-01-31'],
  [new Date(2028, 1, 10), 'month_end', '2028-02-29'],
  [new Date(2026, 2, 29), 'week_start', '2026-03-23'],
  [new Date(2026, 10, 22), 'week_start', '2026-11-16'],
])('at %s %s is %s', (now, relative, day) => {
  expect(dayAt(relative, now)).toBe(day);
});

test('anything else is a day as it is written', () => {
  for (const text of ['2026-11-21', 'todayd', 'today-d', 'tomorrow', 'week'])
    expect(isRelativeDay(text)).toBe(false);
});

test('a period is known again by its ends', () => {
  for (const name of Object.keys(PERIODS) as (keyof typeof PERIODS)[])
    expect(periodOf(PERIODS[name])).toBe(name);
  expect(periodOf(['2026-01-01', 'today'])).toBeUndefined();
});
