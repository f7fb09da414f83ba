/** The order of a list, as the API writes it: `-potential_amount,name`. */

export interface SortKey {
  field: string;
  descending: boolean;
}

const MOST = 5;

export function sortKeysOf(sort: string | undefined): SortKey[] {
  return (sort ?? '')
    .split(',')
    .filter(Boolean)
    .map((key) => ({ field: key.replace(/^-/, ''), descending: key.startsWith('-') }));
}

export function sortText(keys: readonly SortKey[]): string | undefined {
  return keys.map((key) => (key.descending ? `-${key.field}` : key.field)).join(',') || undefined;
}

/**
 * What a click on a column's head makes of the order: ascending, descending, none. With `add` the other keys stay
 * and this one joins them at the end.
 */
export function clicked(keys: readonly SortKey[], field: string, add: boolean): SortKey[] {
  const before = keys.find((key) => key.field === field);
  const next = !before
    ? { field, descending: false }
    : before.descending
      ? null
      : { field, descending: true };
  if (!add) return next ? [next] : [];
  if (!next) return keys.filter((key) => key.field !== field);
  if (before) return keys.map((key) => (key.field === field ? next : key));
  return [...keys, next].slice(-MOST);
}
