import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import { type Resource, records } from './api/records';
import { makeBatch } from './batch';
import { KINDS, titleOf } from './kinds';

/**
 * The names behind ids. Rows hold ids only; those that are asked for within one tick are read in one call, and each
 * name is kept for five minutes. A record that the user may not see has no name: null.
 */
export function useName(resource: Resource, id: string | null | undefined) {
  return useQuery(nameQuery(resource, id));
}

/** The names of several records; those that are not known (yet) are missing. */
export function useNames(resource: Resource, ids: readonly string[]): Map<string, string> {
  const answers = useQueries({ queries: ids.map((id) => nameQuery(resource, id)) });
  return new Map(
    ids.flatMap((id, index) => (answers[index]?.data ? [[id, answers[index].data] as const] : [])),
  );
}

export function nameQuery(resource: Resource, id: string | null | undefined) {
  return queryOptions({
    queryKey: [resource, 'name', id],
    queryFn: async () => (await batchOf(resource)(id as string)) ?? null,
    enabled: Boolean(id),
    staleTime: 300_000,
  });
}

const batches = new Map<Resource, (id: string) => Promise<string | undefined>>();

function batchOf(resource: Resource): (id: string) => Promise<string | undefined> {
  const batch = batches.get(resource) ?? makeBatch((ids) => namesOf(resource, ids));
  batches.set(resource, batch);
  return batch;
}

async function namesOf(resource: Resource, ids: string[]): Promise<Map<string, string>> {
  const { items } = await records.list(resource, { id: ids, limit: ids.length });
  return new Map(items.map((item) => [item.id, titleOf(KINDS[resource], item)]));
}

/** What stands for a record whose name the user may not read: roles have a readable id. */
export function nameless(resource: Resource, id: string): string | undefined {
  return resource === 'roles' ? id : undefined;
}
