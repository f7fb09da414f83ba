/**
 * The state of a list in the URL. It reads like the API's own query: `?type=client&potential_amount__gte=10000&sort=-name`,
 * so a link to "the list behind this figure" is the figure's own question.
 */
export type ListSearch = {
  q?: string;
  sort?: string;
  /** Shown columns, by comma; absent: the kind's usual ones. */
  columns?: string;
  /** Id of the saved view this state began as. */
  view?: string;
  /** How the page shows it, for example `board` or `calendar`. */
  layout?: string;
} & { [filter: string]: string | string[] | undefined };

const OURS = new Set(['q', 'sort', 'columns', 'view', 'layout']);
const FILTER = /^[a-z][a-z0-9_]*?(__(ne|gte|lte|prefix|empty))?$/;

/** Keeps what can be a part of a list's state; a hand-written URL cannot break a page. */
export function validateListSearch(raw: Record<string, unknown>): ListSearch {
  const kept: ListSearch = {};
  for (const [name, value] of Object.entries(raw)) {
    const values = (Array.isArray(value) ? value : [value])
      .filter((v) => v !== undefined && v !== '')
      .map(String);
    if (values.length === 0 || !(OURS.has(name) || FILTER.test(name))) continue;
    kept[name] = OURS.has(name) || values.length === 1 ? values[0] : values;
  }
  return kept;
}

/** The filters alone, each with its values. */
export function filtersOf(search: ListSearch): Record<string, string[]> {
  const filters: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(search)) {
    if (!OURS.has(name) && value !== undefined) filters[name] = Array.isArray(value) ? value : [value];
  }
  return filters;
}

/** What the API is asked: without what concerns the page alone. */
export function listParameters(search: ListSearch): Record<string, string | string[] | undefined> {
  return { q: search.q, sort: search.sort, ...filtersOf(search) };
}

/** Search strings of the router: names repeated for several values, and no JSON in the URL. */
export function parseSearch(text: string): Record<string, string | string[]> {
  const parsed: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = parsed[name];
    parsed[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return parsed;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') parameters.append(name, String(one));
    }
  }
  const text = parameters.toString();
  return text ? `?${text}` : '';
}
