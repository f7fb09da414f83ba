import type { Resource } from './api/records';
import { FOUND_KINDS } from './api/search';

export interface Recent {
  resource: Resource;
  id: string;
}

const MOST = 8;
const keyOf = (userId: string) => `alforis.recent.${userId}`;

function isRecent(value: unknown): value is Recent {
  const one = value as Partial<Recent> | null;
  return typeof one?.id === 'string' && FOUND_KINDS.some((kind) => kind.resource === one.resource);
}

/** The records a user opened last on this machine, newest first. Ids only: names are asked for when they are shown. */
export function recentOf(userId: string): Recent[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(userId)) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isRecent) : [];
  } catch {
    return []; // whatever is not ours to read is no list of records
  }
}

export function remember(userId: string, opened: Recent): void {
  const others = recentOf(userId).filter((one) => one.id !== opened.id);
  localStorage.setItem(keyOf(userId), JSON.stringify([opened, ...others].slice(0, MOST)));
}

/** The record whose page a path is, if it is one. */
export function recordAt(path: string): Recent | null {
  const [, list, id, ...rest] = path.split('/');
  const kind = FOUND_KINDS.find((one) => `/${list}` === `/${one.resource}`);
  return kind && id && rest.length === 0 ? { resource: kind.resource, id } : null;
}
