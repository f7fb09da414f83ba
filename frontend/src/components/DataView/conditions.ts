import type { ListParameters } from '@/lib/api/records';
import type { Field, FieldType, KindOf } from '@/lib/kinds';
import { fieldOf } from '@/lib/kinds';
import { filtersOf, type ListSearch } from '@/lib/listSearch';
import { dayAt, isRelativeDay } from './days';

/** The filters of a list as people think of them, written into and read from its state in the URL. */

export type Operator = 'is' | 'not' | 'prefix' | 'between' | 'empty' | 'filled';

export interface Condition {
  field: string;
  operator: Operator;
  /** `between` has two, either of which may be empty; `empty` and `filled` have none. */
  values: string[];
}

/** Stands for whoever looks at the list, in fields that name a user; so a shared view shows each their own. */
export const ME = 'me';

const CHOICES: readonly Operator[] = ['is', 'not', 'empty', 'filled'];
const RANGES: readonly Operator[] = ['between', 'empty', 'filled'];
const TEXTS: readonly Operator[] = ['prefix', 'is', 'not', 'empty', 'filled'];

const OPERATORS: Record<FieldType, readonly Operator[]> = {
  enum: CHOICES,
  enums: CHOICES,
  tags: CHOICES,
  texts: CHOICES,
  country: CHOICES,
  language: CHOICES,
  record: CHOICES,
  records: CHOICES,
  boolean: CHOICES,
  money: RANGES,
  integer: RANGES,
  percent: RANGES,
  rate: RANGES,
  date: RANGES,
  datetime: RANGES,
  text: TEXTS,
  email: TEXTS,
  phone: TEXTS,
  url: TEXTS,
  longtext: ['filled', 'empty'],
};

export function operatorsOf(field: Field): readonly Operator[] {
  return field.required
    ? OPERATORS[field.type].filter((one) => one !== 'empty' && one !== 'filled')
    : OPERATORS[field.type];
}

const SUFFIX = /__(ne|gte|lte|prefix|empty)$/;

/** The conditions of a state, in the order they stand in it; the two ends of a range are one. */
export function conditionsOf(search: ListSearch): Condition[] {
  const conditions: Condition[] = [];
  for (const [parameter, values] of Object.entries(filtersOf(search))) {
    const field = parameter.replace(SUFFIX, '');
    const suffix = SUFFIX.exec(parameter)?.[1];
    if (suffix === 'gte' || suffix === 'lte') {
      let range = conditions.find((one) => one.field === field && one.operator === 'between');
      if (!range) {
        range = { field, operator: 'between', values: ['', ''] };
        conditions.push(range);
      }
      range.values[suffix === 'gte' ? 0 : 1] = values[0] ?? '';
    } else if (suffix === 'empty') {
      conditions.push({ field, operator: values[0] === 'false' ? 'filled' : 'empty', values: [] });
    } else {
      const operator = suffix === 'ne' ? 'not' : suffix === 'prefix' ? 'prefix' : 'is';
      conditions.push({ field, operator, values });
    }
  }
  return conditions;
}

function parametersOf({ field, operator, values }: Condition): Record<string, string | string[] | undefined> {
  const listed = values.length === 1 ? values[0] : values.length ? values : undefined;
  switch (operator) {
    case 'is':
      return { [field]: listed };
    case 'not':
      return { [`${field}__ne`]: listed };
    case 'prefix':
      return { [`${field}__prefix`]: values[0] || undefined };
    case 'between':
      return { [`${field}__gte`]: values[0] || undefined, [`${field}__lte`]: values[1] || undefined };
    case 'empty':
      return { [`${field}__empty`]: 'true' };
    case 'filled':
      return { [`${field}__empty`]: 'false' };
  }
}

function without(search: ListSearch, condition: Condition): ListSearch {
  const names = new Set(Object.keys(parametersOf({ ...condition, values: ['x', 'x'] })));
  return Object.fromEntries(Object.entries(search).filter(([name]) => !names.has(name)));
}

/** The state with `next` in the place of `before`; null takes it out. */
export function withCondition(
  search: ListSearch,
  before: Condition | null,
  next: Condition | null,
): ListSearch {
  let state = before ? without(search, before) : search;
  if (next) state = { ...without(state, next), ...parametersOf(next) };
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
}

export function withoutConditions(search: ListSearch): ListSearch {
  const filters = filtersOf(search);
  return Object.fromEntries(Object.entries(search).filter(([name]) => !(name in filters)));
}

/** Adds a value to a field's `is` condition, or takes it out, as a click on a facet does. */
export function withToggledValue(search: ListSearch, field: string, value: string): ListSearch {
  const before = conditionsOf(search).find((one) => one.field === field && one.operator === 'is');
  const had = before?.values ?? [];
  const values = had.includes(value) ? had.filter((one) => one !== value) : [...had, value];
  return withCondition(search, before ?? null, values.length ? { field, operator: 'is', values } : null);
}

/** What the API is asked for a state: relative days and "me" stand for what they mean now. */
export function questionOf(kind: KindOf, search: ListSearch, me: string, now = new Date()): ListParameters {
  const question: ListParameters = { q: search.q?.trim() || undefined, sort: search.sort };
  for (const [parameter, values] of Object.entries(filtersOf(search))) {
    const field = fieldOf(kind, parameter.replace(SUFFIX, ''));
    const suffix = SUFFIX.exec(parameter)?.[1];
    question[parameter] = values.map((value) => meant(field, suffix, value, me, now));
  }
  return question;
}

function meant(
  field: Field | undefined,
  suffix: string | undefined,
  value: string,
  me: string,
  now: Date,
): string {
  if (field?.type === 'record' && field.of === 'users' && value === ME) return me;
  if (field?.type !== 'date' && field?.type !== 'datetime') return value;
  const day = isRelativeDay(value) ? dayAt(value, now) : value;
  if (field.type === 'date' || day.length !== 10 || !suffix || suffix === 'empty') return day;
  return new Date(`${day}T${suffix === 'lte' ? '23:59:59.999' : '00:00:00.000'}`).toISOString();
}
