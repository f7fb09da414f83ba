/**
 * Days that are meant from today, so that a saved "last 30 days" stays true: `today`, `today-30d`, `week_start`,
 * `month_end` …
 */

const RELATIVE = /^(?:today(?:([+-]\d{1,4})d)?|(week|month|quarter|year)_(start|end))$/;

export function isRelativeDay(value: string): boolean {
  return RELATIVE.test(value);
}

/** The ISO day that a relative one is at `now`, in the user's own time zone. */
export function dayAt(relative: string, now: Date): string {
  const parts = RELATIVE.exec(relative);
  if (!parts) return relative;
  const [, shift, unit, end] = parts;
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (!unit) day.setDate(day.getDate() + Number(shift ?? 0));
  else if (unit === 'week') day.setDate(day.getDate() - ((day.getDay() + 6) % 7) + (end === 'end' ? 6 : 0));
  else {
    const months = { month: 1, quarter: 3, year: 12 }[unit as 'month' | 'quarter' | 'year'];
    const first = Math.floor(day.getMonth() / months) * months;
    if (end === 'end') day.setMonth(first + months, 0);
    else day.setMonth(first, 1);
  }
  return isoDay(day);
}

export function isoDay(day: Date): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** Offered for days and times; the names are texts of `data:filters.periods`. */
export const PERIODS = {
  today: ['today', 'today'],
  this_week: ['week_start', 'week_end'],
  this_month: ['month_start', 'month_end'],
  this_quarter: ['quarter_start', 'quarter_end'],
  this_year: ['year_start', 'year_end'],
  last_7_days: ['today-7d', 'today'],
  last_30_days: ['today-30d', 'today'],
  last_90_days: ['today-90d', 'today'],
  next_7_days: ['today', 'today+7d'],
  next_30_days: ['today', 'today+30d'],
  past: ['', 'today-1d'],
  more_than_30_days_ago: ['', 'today-30d'],
} as const satisfies Record<string, readonly [string, string]>;

export type Period = keyof typeof PERIODS;

export function periodOf([from = '', to = '']: readonly string[]): Period | undefined {
  return (Object.keys(PERIODS) as Period[]).find(
    (name) => PERIODS[name][0] === from && PERIODS[name][1] === to,
  );
}
