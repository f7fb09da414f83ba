import { ApiError } from './api/errors';
import { type Changes, type RecordOf, type Resource, records } from './api/records';
import { askAbout, conflictingFields } from './conflicts';

/** A write of this page: which version it made of which, and what it wrote. */
interface OwnWrite {
  from: number;
  to: number;
  changes: Changes;
}

const KEPT_WRITES = 20;
const writes = new Map<string, OwnWrite[]>();
const queues = new Map<string, Promise<unknown>>();

/**
 * Saves changes that were made to `version` of a record. Saves of one record wait for each other, and one that was made
 * before an earlier one had its answer goes on from that answer: nobody conflicts with themselves. What somebody else
 * changed meanwhile is kept; where both changed the same field, the user chooses. Throws `stale_version` when they do not.
 */
export function saveInTurn<R extends Resource>(
  resource: R,
  id: string,
  changes: Changes,
  version?: number,
): Promise<RecordOf[R]> {
  const key = `${resource}/${id}`;
  const before = queues.get(key) ?? Promise.resolve();
  const saved = before.then(
    () => save(resource, id, changes, version),
    () => save(resource, id, changes, version),
  );
  queues.set(key, saved);
  const leave = () => {
    if (queues.get(key) === saved) queues.delete(key);
  };
  saved.then(leave, leave);
  return saved;
}

async function save<R extends Resource>(
  resource: R,
  id: string,
  changes: Changes,
  version?: number,
): Promise<RecordOf[R]> {
  const key = `${resource}/${id}`;
  const from = version === undefined ? undefined : latestOwn(key, version);
  try {
    const saved = await records.update(resource, id, changes, from);
    if (from !== undefined) note(key, { from, to: saved.version, changes });
    return saved;
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'stale_version' || version === undefined) throw error;
    return reconcile(resource, id, changes, version, error);
  }
}

async function reconcile<R extends Resource>(
  resource: R,
  id: string,
  changes: Changes,
  version: number,
  stale: ApiError,
): Promise<RecordOf[R]> {
  const { current, base: edited } = stale.body as {
    current: RecordOf[R] & Record<string, unknown>;
    base: Record<string, unknown> | null;
  };
  const base = edited && { ...edited, ...ownChanges(`${resource}/${id}`, version) };
  const fields = conflictingFields(base, current, changes);
  const resolved =
    fields.length === 0
      ? changes
      : await askAbout({ resource, base: base ?? {}, current, submitted: changes, fields });
  if (resolved === null) throw stale;
  if (Object.keys(resolved).length === 0) return current;
  return save(resource, id, resolved, current.version);
}

function note(key: string, write: OwnWrite): void {
  if (write.to === write.from) return;
  writes.set(key, [...(writes.get(key) ?? []), write].slice(-KEPT_WRITES));
}

/** The version that this page's own writes made of the given one, with nobody else's between. */
function latestOwn(key: string, version: number): number {
  let latest = version;
  for (const write of writes.get(key) ?? []) {
    if (write.from === latest && write.to === latest + 1) latest = write.to;
  }
  return latest;
}

/** What this page itself has written since the version: part of what the user saw when they made the change. */
function ownChanges(key: string, version: number): Changes {
  const since = (writes.get(key) ?? []).filter((write) => write.from >= version);
  return Object.assign({}, ...since.map((write) => write.changes));
}
