import { useLanguage } from './i18n';

/** Dates, times, numbers and amounts as the user's language writes them. Amounts are decimal strings in euros. */
export interface Format {
  date(value: string | null | undefined): string;
  dateTime(value: string | null | undefined): string;
  /** "in 3 days", "2 hours ago" */
  relative(value: string, now?: Date): string;
  money(value: string | number | null | undefined): string;
  /** Short amounts for heads and charts: "1,5 M€". */
  compactMoney(value: string | number | null | undefined): string;
  number(value: number | null | undefined): string;
  percent(value: number | null | undefined): string;
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function makeFormat(language: string): Format {
  const locale = language === 'en' ? 'en-GB' : 'fr-FR';
  const day = new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric' });
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const money = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'EUR',
    maximumFractionDigits: 2,
    minimumFractionDigits: 0,
  });
  const compact = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'EUR',
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  const plain = new Intl.NumberFormat(locale);

  return {
    // A day has no zone: it is read as local midnight, or it would slip by one west of Greenwich.
    date: (value) => (value ? day.format(new Date(value.length === 10 ? `${value}T00:00` : value)) : ''),
    dateTime: (value) => (value ? moment.format(new Date(value)) : ''),
    relative(value, now = new Date()) {
      const seconds = (new Date(value).getTime() - now.getTime()) / 1000;
      const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
      return relative.format(Math.round(seconds / size), unit);
    },
    money: (value) =>
      value === null || value === undefined || value === '' ? '' : money.format(Number(value)),
    compactMoney: (value) =>
      value === null || value === undefined || value === '' ? '' : compact.format(Number(value)),
    number: (value) => (value === null || value === undefined ? '' : plain.format(value)),
    percent: (value) => (value === null || value === undefined ? '' : `${plain.format(value)} %`),
  };
}

const made = new Map<string, Format>();

/** Made once for a language: the formatters of `Intl` are dear, and a list asks for them in every cell. */
export function useFormat(): Format {
  const language = useLanguage();
  const format = made.get(language) ?? makeFormat(language);
  made.set(language, format);
  return format;
}
