import { isoDay } from '@/components/DataView/days';

export { isoDay };

export function today(): string {
  return isoDay(new Date());
}

/** The ISO day that many days after another. */
export function dayAfter(day: string, days: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return isoDay(new Date(year, month - 1, date + days));
}

/** The Monday of the week a day is in. */
export function mondayOf(day: string): string {
  const weekday = new Date(`${day}T00:00`).getDay();
  return dayAfter(day, -((weekday + 6) % 7));
}

/** With a capital at its beginning, as a heading: French writes days and months without. */
export function asHeading(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
