import { api, bodyOf, serialise } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];

export type Organisation = Schemas['Organisation'];
export type Person = Schemas['Person'];
export type Link = Schemas['Link'];
export type Interaction = Schemas['Interaction'];
export type Task = Schemas['Task'];
export type Produit = Schemas['Produit'];
export type Mandat = Schemas['Mandat'];
export type Contract = Schemas['Contract'];
export type ClientEvent = Schemas['ClientEvent'];
export type User = Schemas['User'];
export type Team = Schemas['Team'];
export type Role = Schemas['Role'];

/** Resource of the API to what its records look like. */
export interface RecordOf {
  organisations: Organisation;
  people: Person;
  'person-organisation-links': Link;
  interactions: Interaction;
  tasks: Task;
  produits: Produit;
  mandats: Mandat;
  contracts: Contract;
  events: ClientEvent;
  users: User;
  teams: Team;
  roles: Role;
}

export type Resource = keyof RecordOf;
export type AnyRecord = RecordOf[Resource];
export type Changes = Record<string, unknown>;

/** Parameters of a list as the API takes them: `q`, `sort`, `limit`, `cursor`, `facets`, `deleted` and filters. */
export type ListParameters = Record<string, string | string[] | number | boolean | undefined>;

export interface Page<R extends Resource> {
  items: RecordOf[R][];
  total: number;
  next_cursor: string | null;
  facets?: Record<string, Record<string, number>>;
}

export type Version = Schemas['Change'];
export type TimelineItem = Schemas['TimelineItem'];
export type BulkAnswer = Schemas['BulkAnswer'];
export type BulkAction = 'create' | 'update' | 'delete' | 'restore';

// Every resource has the same routes, so they are typed once, by one of them, and the answers by `RecordOf`.
const listPath = (resource: Resource) => `/v1/${resource}` as '/v1/organisations';
const onePath = (resource: Resource) =>
  (resource === 'roles' ? '/v1/roles/{slug}' : `/v1/${resource}/{id}`) as '/v1/organisations/{id}';
const under = <S extends string>(resource: Resource, suffix: S) =>
  `${onePath(resource)}${suffix}` as `/v1/organisations/{id}${S}`;
const named = (resource: Resource, id: string) =>
  (resource === 'roles' ? { slug: id } : { id }) as unknown as { id: string };

const newKey = (): string => crypto.randomUUID();

export const records = {
  list<R extends Resource>(resource: R, query: ListParameters, signal?: AbortSignal): Promise<Page<R>> {
    const call = api.GET(listPath(resource), {
      params: { query: query as object },
      querySerializer: (given) => serialise(given as Record<string, unknown>),
      signal,
    });
    return bodyOf(call) as unknown as Promise<Page<R>>;
  },

  get<R extends Resource>(resource: R, id: string, signal?: AbortSignal): Promise<RecordOf[R]> {
    const call = api.GET(onePath(resource), { params: { path: named(resource, id) }, signal });
    return bodyOf(call) as unknown as Promise<RecordOf[R]>;
  },

  create<R extends Resource>(resource: R, fields: Changes, key = newKey()): Promise<RecordOf[R]> {
    const call = api.POST(listPath(resource), {
      body: fields as never,
      headers: { 'Idempotency-Key': key },
    });
    return bodyOf(call) as unknown as Promise<RecordOf[R]>;
  },

  /** `version` is the one that was edited; undefined changes whatever is stored. */
  update<R extends Resource>(
    resource: R,
    id: string,
    changes: Changes,
    version?: number,
  ): Promise<RecordOf[R]> {
    const body = version === undefined ? changes : { ...changes, version };
    const call = api.PATCH(onePath(resource), { params: { path: named(resource, id) }, body: body as never });
    return bodyOf(call) as unknown as Promise<RecordOf[R]>;
  },

  remove<R extends Resource>(resource: R, id: string): Promise<RecordOf[R]> {
    const call = api.DELETE(onePath(resource), { params: { path: named(resource, id) } });
    return bodyOf(call) as unknown as Promise<RecordOf[R]>;
  },

  restore<R extends Resource>(resource: R, id: string): Promise<RecordOf[R]> {
    const call = api.POST(under(resource, '/restore'), {
      params: { path: named(resource, id) },
      headers: { 'Idempotency-Key': newKey() },
    });
    return bodyOf(call) as unknown as Promise<RecordOf[R]>;
  },

  history(
    resource: Resource,
    id: string,
    cursor?: string,
  ): Promise<{ items: Version[]; next_cursor: string | null }> {
    const params = { path: named(resource, id), query: { limit: 50, cursor } };
    return bodyOf(api.GET(under(resource, '/history'), { params })) as Promise<{
      items: Version[];
      next_cursor: string | null;
    }>;
  },

  timeline(
    resource: 'organisations' | 'people',
    id: string,
    cursor?: string,
  ): Promise<{ items: TimelineItem[]; next_cursor: string | null }> {
    const path = `/v1/${resource}/{id}/timeline` as '/v1/organisations/{id}/timeline';
    return bodyOf(api.GET(path, { params: { path: { id }, query: { limit: 30, cursor } } }));
  },

  /** Per permitted action, why the caller has it. */
  access(resource: Resource, id: string): Promise<{ actions: Record<string, string[]> }> {
    const call = api.GET(under(resource, '/access'), { params: { path: named(resource, id) } });
    return bodyOf(call) as Promise<{ actions: Record<string, string[]> }>;
  },

  /** At most 100 items a call; each succeeds or fails on its own. */
  bulk(resource: Resource, action: BulkAction, items: Changes[]): Promise<BulkAnswer> {
    const path = `/v1/${resource}/bulk/${action}` as '/v1/organisations/bulk/update';
    return bodyOf(
      api.POST(path, { body: { items } as never, headers: { 'Idempotency-Key': newKey() } }),
    ) as Promise<BulkAnswer>;
  },
};
