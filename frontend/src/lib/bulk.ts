import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError, errorFrom } from './api/errors';
import { type BulkAction, type Changes, type Resource, records } from './api/records';

export interface BulkFailure {
  /** The place of its item among those that were given. */
  index: number;
  error: ApiError;
}

export interface BulkResult {
  failures: BulkFailure[];
  /** The records as they were saved, by the place of their item. */
  saved: Map<number, Record<string, unknown>>;
}

const A_CALL = 100;

/**
 * Any number of items, in calls of 100; `onProgress` hears how many are done. When a call fails as a whole, so do its
 * items, and the next call is made all the same.
 */
export function useBulk(resource: Resource) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (given: {
      action: BulkAction;
      items: Changes[];
      onProgress?: (done: number) => void;
    }) => {
      const result: BulkResult = { failures: [], saved: new Map() };
      for (let start = 0; start < given.items.length; start += A_CALL) {
        await call(resource, given.action, given.items.slice(start, start + A_CALL), start, result);
        given.onProgress?.(Math.min(start + A_CALL, given.items.length));
      }
      return result;
    },
    // Records of other kinds may show these: whatever is on the screen is read anew.
    onSettled: () => client.invalidateQueries(),
  });
}

async function call(
  resource: Resource,
  action: BulkAction,
  items: Changes[],
  start: number,
  result: BulkResult,
): Promise<void> {
  try {
    for (const item of (await records.bulk(resource, action, items)).items) {
      const index = start + item.index;
      if (item.error) result.failures.push({ index, error: errorFrom(item.status, item.error) });
      else if (item.record) result.saved.set(index, item.record);
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    for (const place of items.keys()) result.failures.push({ index: start + place, error });
  }
}
