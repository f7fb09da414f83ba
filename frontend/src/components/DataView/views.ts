import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { filtersOf, type ListSearch } from '@/lib/listSearch';

/** Saved views: the states of a list that somebody gave a name. */

export type SavedView = components['schemas']['SavedView'];
export type Visibility = components['schemas']['ViewVisibility'];
type ViewFields = components['schemas']['SavedViewFields'];
type ViewQuery = components['schemas']['ViewQuery'];
type LayoutType = components['schemas']['ViewLayout']['type'];

const VIEWED = [
  'organisations',
  'people',
  'interactions',
  'tasks',
  'produits',
  'mandats',
  'contracts',
  'events',
] as const;
export type ViewedResource = (typeof VIEWED)[number];
const LAYOUTS: readonly string[] = ['table', 'board', 'calendar', 'cards'] satisfies LayoutType[];

export function hasViews(resource: string): resource is ViewedResource {
  return (VIEWED as readonly string[]).includes(resource);
}

const keyOf = (resource: ViewedResource) => ['views', resource] as const;

export function useViews(resource: ViewedResource) {
  return useQuery({
    queryKey: keyOf(resource),
    queryFn: async ({ signal }) => {
      const query = { resource: [resource], limit: 200 };
      return (
        (await bodyOf(api.GET('/v1/views', { params: { query: query as object }, signal })))?.items ?? []
      );
    },
    staleTime: 300_000,
  });
}

/** Writes to the views of a list; each resolves once the list of views has been read anew. */
export function useViewWriter(resource: ViewedResource) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: keyOf(resource) });
  const create = useMutation({
    mutationFn: (fields: Omit<ViewFields, 'resource'>) =>
      bodyOf(
        api.POST('/v1/views', {
          params: { header: { 'Idempotency-Key': crypto.randomUUID() } },
          body: { ...fields, resource },
        }),
      ),
    onSuccess: refresh,
  });
  const update = useMutation({
    mutationFn: ({ view, changes }: { view: SavedView; changes: Partial<ViewFields> }) =>
      bodyOf(
        api.PATCH('/v1/views/{id}', {
          params: { path: { id: view.id } },
          body: { ...changes, version: view.version },
        }),
      ),
    onSuccess: refresh,
  });
  const remove = useMutation({
    mutationFn: (view: SavedView) =>
      bodyOf(api.DELETE('/v1/views/{id}', { params: { path: { id: view.id } } })),
    onSuccess: refresh,
  });
  const restore = useMutation({
    mutationFn: (view: SavedView) =>
      bodyOf(
        api.POST('/v1/views/{id}/restore', {
          params: { path: { id: view.id }, header: { 'Idempotency-Key': crypto.randomUUID() } },
        }),
      ),
    onSuccess: refresh,
  });
  return { create, update, remove, restore };
}

/** What a view keeps of a state. */
export function viewQueryOf(search: ListSearch, usualLayout: string): ViewQuery {
  const shown = search.layout ?? usualLayout;
  const layout = LAYOUTS.includes(shown) ? (shown as LayoutType) : 'table';
  return {
    filters: filtersOf(search),
    sort: search.sort?.split(',') ?? [],
    columns: search.columns?.split(',') ?? [],
    q: search.q ?? '',
    layout: { type: layout },
  };
}

/** The state that a view stands for. */
export function searchOf(view: SavedView, usualLayout: string): ListSearch {
  const { filters = {}, sort = [], columns = [], q, layout } = view.query;
  const state: ListSearch = { view: view.id };
  for (const [name, values] of Object.entries(filters)) {
    state[name] = values.length === 1 ? values[0] : values;
  }
  if (q) state.q = q;
  if (sort.length) state.sort = sort.join(',');
  if (columns.length) state.columns = columns.join(',');
  if (layout && layout.type !== usualLayout) state.layout = layout.type;
  return state;
}

/** Whether a state asks something else than the view it began as; without a view, whether it asks anything. */
export function differs(search: ListSearch, view: SavedView | undefined, usualLayout: string): boolean {
  return canonical(search, usualLayout) !== canonical(view ? searchOf(view, usualLayout) : {}, usualLayout);
}

function canonical(search: ListSearch, usualLayout: string): string {
  const { view: _begun, ...asked } = search;
  if (asked.layout === usualLayout) delete asked.layout;
  return JSON.stringify(
    Object.entries(asked)
      .filter(([, value]) => value !== undefined)
      .sort(([one], [other]) => one.localeCompare(other)),
  );
}
