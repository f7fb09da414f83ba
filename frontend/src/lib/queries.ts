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
  type Changes,
  type ListParameters,
  type Page,
  type RecordOf,
  type Resource,
  records,
} from './api/records';
import { makeDrafts, withChanges } from './drafts';
import { saveInTurn } from './saving';

const drafts = makeDrafts();

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

async function listed<R extends Resource>(
  resource: R,
  query: ListParameters,
  signal: AbortSignal,
): Promise<Page<R>> {
  return drafts.over(resource, await records.list(resource, query, signal));
}

export function useRecordList<R extends Resource>(resource: R, query: ListParameters, enabled = true) {
  return useQuery({
    queryKey: keys.list(resource, query),
    queryFn: ({ signal }) => listed(resource, query, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** The list page by page, as `fetchNextPage` asks for more; what was shown stays while a new question is answered. */
export function useRecordPages<R extends Resource>(resource: R, query: ListParameters) {
  return useInfiniteQuery({
    queryKey: keys.pages(resource, query),
    queryFn: ({ pageParam, signal }) => listed(resource, { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useRecord<R extends Resource>(resource: R, id: string | null | undefined) {
  return useQuery({
    queryKey: keys.one(resource, id ?? ''),
    queryFn: ({ signal }) =>
      records.get(resource, id as string, signal).then((one) => drafts.over(resource, one)),
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
    'produits',
    'mandats',
    'contracts',
    'events',
  ];
  const touched = related.includes(resource) ? related : [resource];
  return Promise.all([
    ...touched.map((one) =>
      client.invalidateQueries({
        queryKey: keys.all(one),
        // A write changes names of its own kind only.
        predicate: ({ queryKey }) => queryKey[1] !== 'name' || one === resource,
      }),
    ),
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

/**
 * Shows the change at once, in the record and in every list that holds it, and takes it back when it is refused. A stale
 * version is merged with what is stored, and where that cannot be done the user is asked.
 */
export function useUpdateRecord<R extends Resource>(resource: R) {
  const client = useQueryClient();
  const show = (id: string, values: Changes) =>
    client.setQueriesData({ queryKey: keys.all(resource) }, (shown: unknown) =>
      withChanges(shown, id, values),
    );
  return useMutation<RecordOf[R], ApiError, Update, symbol>({
    mutationFn: ({ id, changes, version }) => saveInTurn(resource, id, changes, version),
    onMutate: async ({ id, changes }) => {
      const stored = client.getQueriesData({ queryKey: keys.all(resource) }).map(([, shown]) => shown);
      const draft = drafts.begin(resource, id, changes, stored);
      show(id, changes);
      await client.cancelQueries({ queryKey: keys.all(resource) });
      show(id, changes);
      return draft;
    },
    onError: (_error, { id }, draft) => draft && show(id, drafts.drop(resource, id, draft)),
    onSuccess: (record, { id }, draft) => {
      const shown = { ...record, ...drafts.settle(resource, id, draft, record) };
      client.setQueryData(keys.one(resource, id), shown);
      show(id, shown);
    },
    onSettled: () => (drafts.any(resource) ? undefined : refresh(client, resource)),
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

/** What the signed-in user may do with a record, and why. */
export function useAccess(resource: Resource, id: string) {
  return useQuery({
    queryKey: keys.access(resource, id),
    queryFn: () => records.access(resource, id),
    staleTime: 300_000,
  });
}

const POLL = 1_000;
const MOST_POLLS = 15;

/** Versions are kept a moment after they are made: asks again until `version`, the one that is shown, is among them. */
export function useHistory(resource: Resource, id: string, version: number) {
  return useInfiniteQuery({
    queryKey: keys.history(resource, id),
    queryFn: ({ pageParam }) => records.history(resource, id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data &&
      state.dataUpdateCount < version + MOST_POLLS &&
      (state.data.pages[0]?.items[0]?.version ?? 0) < version
        ? POLL
        : false,
  });
}

/** As with the history, changes stand on the timeline a moment after they are made. */
export function useTimeline(resource: 'organisations' | 'people', id: string, version: number) {
  return useInfiniteQuery({
    queryKey: keys.timeline(resource, id),
    queryFn: ({ pageParam }) => records.timeline(resource, id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => {
      const shown = state.data?.pages.flatMap((page) => page.items) ?? [];
      const newest = shown.find((item) => item.type === 'change' && item.id === id)?.record.version;
      const waiting = typeof newest === 'number' && newest < version;
      return waiting && state.dataUpdateCount < version + MOST_POLLS ? POLL : false;
    },
  });
}
