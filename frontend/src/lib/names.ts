import { queryOptions, useQuery } from '@tanstack/react-query';
import { type AnyRecord, type Resource, records } from './api/records';
import { KINDS, titleOf } from './kinds';

/**
 * The names behind ids. Rows hold ids only; those that are asked for within one tick are read in one call, and each
 * name is kept for five minutes. A record that the user may not see has no name: null.
 */
export function useName(resource: Resource, id: string | null | undefined) {
  return useQuery(nameQuery(resource, id));
}

export function nameQuery(resource: Resource, id: string | null | undefined) {
  return queryOptions({
    queryKey: [resource, 'name', id],
    queryFn: () => nameOf(resource, id as string),
    enabled: Boolean(id),
    staleTime: 300_000,
  });
}

type Waiting = Map<string, { resolve: (name: string | null) => void; reject: (error: unknown) => void }[]>;
const waiting = new Map<Resource, Waiting>();

function nameOf(resource: Resource, id: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let batch = waiting.get(resource);
    if (!batch) {
      batch = new Map();
      waiting.set(resource, batch);
      setTimeout(() => void flush(resource), 5);
    }
    batch.set(id, [...(batch.get(id) ?? []), { resolve, reject }]);
  });
}

async function flush(resource: Resource): Promise<void> {
  const batch = waiting.get(resource) ?? new Map();
  waiting.delete(resource);
  const ids = [...batch.keys()];
  for (let start = 0; start < ids.length; start += 100) {
    const some = ids.slice(start, start + 100);
    const asked = some.flatMap((id) =>
      (batch.get(id) ?? []).map((one: unknown) => ({ id, ...(one as object) })),
    );
    await answer(resource, some, asked as never);
  }
}

async function answer(
  resource: Resource,
  ids: string[],
  asked: { id: string; resolve: (name: string | null) => void; reject: (error: unknown) => void }[],
): Promise<void> {
  try {
    const { items } = await records.list(resource, { id: ids, limit: 100 });
    const names = new Map(items.map((item: AnyRecord) => [item.id, titleOf(KINDS[resource], item)]));
    for (const one of asked) one.resolve(names.get(one.id) ?? null);
  } catch (error) {
    for (const one of asked) one.reject(error);
  }
}
