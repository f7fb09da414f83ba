import { KINDS, type KindOf, pageOf } from '../kinds';
import { api, bodyOf } from './client';
import type { Resource } from './records';
import type { components, paths } from './schema';

export type Found = components['schemas']['FoundRecord'];
export type FoundGroup = components['schemas']['FoundGroup'];
export type SearchAnswer = components['schemas']['SearchAnswer'];
export type SearchQuery = NonNullable<paths['/v1/search']['get']['parameters']['query']>;

/** The kinds that have a page to open, in the order in which they are shown. */
export const FOUND_KINDS: readonly KindOf[] = Object.values(KINDS).filter((kind) =>
  pageOf(kind.resource, '-'),
);

/** Both answer from two characters on. */
export const LEAST_CHARACTERS = 2;
const MOST_CHARACTERS = 200;

export function autocomplete(q: string, types: string[], signal: AbortSignal): Promise<SearchAnswer> {
  const query = { q: q.slice(0, MOST_CHARACTERS), types, limit: 5 };
  return bodyOf(api.GET('/v1/search/autocomplete', { params: { query }, signal }));
}

export function find(query: SearchQuery, signal: AbortSignal): Promise<SearchAnswer> {
  const params = { query: { ...query, q: query.q.slice(0, MOST_CHARACTERS) } };
  return bodyOf(api.GET('/v1/search', { params, signal }));
}

export function kindOfFound(name: string): KindOf | undefined {
  return FOUND_KINDS.find((kind) => kind.kind === name);
}

export function pageOfFound(found: Found): string | null {
  const kind = kindOfFound(found.kind);
  return kind ? pageOf(kind.resource as Resource, found.id) : null;
}
