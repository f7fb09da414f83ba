import {
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { ApiError } from './api/errors';
import {
  type BulkAction,
  type Changes,
  type ListParameters,
  type RecordOf,
  type Resource,
  records,
} from './api/records';

/** Query keys: everything of a resource starts with its name, so one invalidation reaches lists, records and counts. */
export const keys = {
  all: (resource: Resource) => [resource] as const,
  list: (resource: Resource, query: ListParameters) => [resource, 'list', query] as const,
  pages: (resource: Resource, query: ListParameters) => [resource, 'pages', query] as const,
  one: (resource: Resource, id: string) => [resource, 'one', id] as const,
  history: (resource: Resource, id: string) => [resource, 'one', id, 'history'] as const,
  timeline: (resource: Resource, id: string) => [resource, 'one', id, 'timeline'] as const,
  access: (resource: Resource, id: string) => [resource, 'one', id, 'access'] as const,
};

export function useRecordList<R extends Resource>(resource: R, query: ListParameters, enabled = true) {
  return useQuery({
    queryKey: keys.list(resource, query),
    queryFn: ({ signal }) => records.list(resource, query, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** The list page by page, as `fetchNextPage` asks for more; what was shown stays while a new question is answered. */
export function useRecordPages<R extends Resource>(resource: R, query: ListParameters) {
  return useInfiniteQuery({
    queryKey: keys.pages(resource, query),
    queryFn: ({ pageParam, signal }) => records.list(resource, { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useRecord<R extends Resource>(resource: R, id: string | null | undefined) {
  return useQuery({
    queryKey: keys.one(resource, id ?? ''),
    queryFn: ({ signal }) => records.get(resource, id as string, signal),
    enabled: Boolean(id),
  });
}

/** The kinds that show each other's records: after a write, whatever may show it is read anew. */
function refresh(client: QueryClient, resource: Resource): Promise<unknown> {
  const related: Resource[] = [
    'organisations',
    'people',
    'interactions',
    'tasks',
    'person-organisation-links',
  ];
  const touched = related.includes(resource) ? related : [resource];
  return Promise.all([
    ...touched.map((one) => client.invalidateQueries({ queryKey: keys.all(one) })),
    client.invalidateQueries({ queryKey: ['search'] }),
    client.invalidateQueries({ queryKey: ['figures'] }),
  ]);
}

export function useCreateRecord<R extends Resource>(resource: R) {
  const client = useQueryClient();
  return useMutation<RecordOf[R], ApiError, { fields: Changes; key?: string }>({
    mutationFn: ({ fields, key }) => records.create(resource, fields, key),
    onSuccess: (record) => {
      client.setQueryData(keys.one(resource, record.id), record);
      return refresh(client, resource);
    },
  });
}

export interface Update {
  id: string;
  changes: Changes;
  /** The version that was edited; leave it out to change whatever is stored. */
  version?: number;
}

type Snapshot = [readonly unknown[], unknown][];

/** Shows the change at once, in the record and in every list that holds it, and takes it back when it is refused. */
export function useUpdateRecord<R extends Resource>(resource: R) {
  const client = useQueryClient();
  return useMutation<RecordOf[R], ApiError, Update, Snapshot>({
    mutationFn: ({ id, changes, version }) => records.update(resource, id, changes, version),
    onMutate: async ({ id, changes }) => {
      await client.cancelQueries({ queryKey: keys.all(resource) });
      const before = client.getQueriesData({ queryKey: keys.all(resource) });
      client.setQueriesData({ queryKey: keys.all(resource) }, (shown: unknown) =>
        patched(shown, id, changes),
      );
      return before;
    },
    onError: (_error, _update, before) => {
      for (const [key, shown] of before ?? []) client.setQueryData(key, shown);
    },
    onSuccess: (record) => client.setQueryData(keys.one(resource, record.id), record),
    onSettled: () => refresh(client, resource),
  });
}

export function useDeleteRecord(resource: Resource) {
  const client = useQueryClient();
  return useMutation<unknown, ApiError, string>({
    mutationFn: (id) => records.remove(resource, id),
    onSuccess: () => refresh(client, resource),
  });
}

export function useRestoreRecord(resource: Resource) {
  const client = useQueryClient();
  return useMutation<unknown, ApiError, string>({
    mutationFn: (id) => records.restore(resource, id),
    onSuccess: () => refresh(client, resource),
  });
}

/** Any number of items, in calls of 100; `onProgress` hears how many are done. Failures are named by their index. */
export function useBulk(resource: Resource) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (given: {
      action: BulkAction;
      items: Changes[];
      onProgress?: (done: number) => void;
    }) => {
      const failures: { index: number; status: number; error: Record<string, unknown> | null }[] = [];
      for (let start = 0; start < given.items.length; start += 100) {
        const answer = await records.bulk(resource, given.action, given.items.slice(start, start + 100));
        for (const item of answer.items) {
          if (item.error)
            failures.push({ index: start + item.index, status: item.status, error: item.error });
        }
        given.onProgress?.(Math.min(start + 100, given.items.length));
      }
      return { failures, succeeded: given.items.length - failures.length };
    },
    onSettled: () => refresh(client, resource),
  });
}

function patched(shown: unknown, id: string, changes: Changes): unknown {
  if (Array.isArray(shown)) return shown.map((one) => patched(one, id, changes));
  if (shown === null || typeof shown !== 'object') return shown;
  const object = shown as Record<string, unknown>;
  if (object.id === id && 'version' in object) return { ...object, ...changes };
  if ('items' in object) return { ...object, items: patched(object.items, id, changes) };
  if ('pages' in object) return { ...object, pages: patched(object.pages, id, changes) };
  return shown;
}
