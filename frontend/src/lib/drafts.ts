import type { Changes, Resource } from './api/records';

type Values = Record<string, unknown>;

/** What is shown of one record while changes to it are under way. */
interface Underway {
  /** The record as the server last had it, as far as it is known here. */
  stored: Values;
  /** In the order they were made. */
  changes: { draft: symbol; changes: Changes }[];
}

/** Changes that are shown before the server has answered: several of one record may be under way at once. */
export function makeDrafts() {
  const underway = new Map<string, Underway>();
  const keyOf = (resource: Resource, id: string) => `${resource}/${id}`;

  const without = (key: string, draft: symbol | undefined): Underway | undefined => {
    const one = underway.get(key);
    if (!one) return undefined;
    one.changes = one.changes.filter((other) => other.draft !== draft);
    if (one.changes.length === 0) underway.delete(key);
    return one;
  };

  return {
    /** Notes a change; `shown` is what the queries of the resource hold before it is shown. */
    begin(resource: Resource, id: string, changes: Changes, shown: unknown[]): symbol {
      const key = keyOf(resource, id);
      const draft = Symbol(key);
      const one = underway.get(key) ?? { stored: recordIn(shown, id) ?? {}, changes: [] };
      one.changes.push({ draft, changes });
      underway.set(key, one);
      return draft;
    },

    /** A change was refused: what its fields are to show now. */
    drop(resource: Resource, id: string, draft: symbol): Changes {
      const one = underway.get(keyOf(resource, id));
      const dropped = one?.changes.find((other) => other.draft === draft)?.changes ?? {};
      const rest = without(keyOf(resource, id), draft);
      const later = Object.assign({}, ...(rest?.changes ?? []).map((other) => other.changes)) as Changes;
      return Object.fromEntries(
        Object.keys(dropped)
          .filter((field) => field in later || field in (rest?.stored ?? {}))
          .map((field) => [field, field in later ? later[field] : rest?.stored[field]]),
      );
    },

    /** A change was stored: what later ones that are still under way lay over the answer. */
    settle(resource: Resource, id: string, draft: symbol | undefined, stored: object): Changes {
      const rest = without(keyOf(resource, id), draft);
      if (rest) rest.stored = stored as Values;
      return Object.assign({}, ...(rest?.changes ?? []).map((other) => other.changes)) as Changes;
    },

    /** An answer of the server, with what is still under way laid over it. */
    over<T>(resource: Resource, answer: T): T {
      let shown: unknown = answer;
      for (const [key, { changes }] of underway) {
        if (!key.startsWith(`${resource}/`)) continue;
        const id = key.slice(resource.length + 1);
        for (const one of changes) shown = withChanges(shown, id, one.changes);
      }
      return shown as T;
    },

    any(resource: Resource): boolean {
      return [...underway.keys()].some((key) => key.startsWith(`${resource}/`));
    },
  };
}

/** The answer of a query with the changes laid over the record, wherever in it the record stands. */
export function withChanges(shown: unknown, id: string, changes: Changes): unknown {
  if (Array.isArray(shown)) return shown.map((one) => withChanges(one, id, changes));
  if (!isObject(shown)) return shown;
  if (shown.id === id && 'version' in shown) return { ...shown, ...changes };
  if ('items' in shown) return { ...shown, items: withChanges(shown.items, id, changes) };
  if ('pages' in shown) return { ...shown, pages: withChanges(shown.pages, id, changes) };
  return shown;
}

function recordIn(shown: unknown, id: string): Values | undefined {
  if (Array.isArray(shown)) {
    for (const one of shown) {
      const found = recordIn(one, id);
      if (found) return found;
    }
    return undefined;
  }
  if (!isObject(shown)) return undefined;
  if (shown.id === id && 'version' in shown) return shown;
  return recordIn(shown.items, id) ?? recordIn(shown.pages, id);
}

function isObject(value: unknown): value is Values {
  return value !== null && typeof value === 'object';
}
