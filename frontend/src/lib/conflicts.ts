import type { Changes, Resource } from './api/records';
import { makeSlot } from './slot';

type Values = Record<string, unknown>;

/** What a stale save met: the record as it was edited, as it is stored now, and what was to be saved. */
export interface Conflict {
  resource: Resource;
  base: Values;
  current: Values;
  submitted: Changes;
  /** Fields that both sides changed, each to something else. */
  fields: string[];
}

/** `changes` holds what is left to save against the version that is stored now; null when the user gave up. */
export type Resolution = Changes | null;

export function sameValue(one: unknown, other: unknown): boolean {
  if (isAmount(one) && isAmount(other)) return Number(one) === Number(other);
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** A decimal string as people type it or the API writes it: "500000" and "500000.00" are one amount. */
function isAmount(value: unknown): boolean {
  return typeof value === 'string' && /^(0|[1-9]\d*)(\.\d{1,2})?$/.test(value);
}

/** The fields that need a choice: those which both sides changed differently. Without a base, all that differ. */
export function conflictingFields(base: Values | null, current: Values, submitted: Changes): string[] {
  return Object.keys(submitted).filter((field) => {
    if (sameValue(current[field], submitted[field])) return false;
    return base === null || !sameValue(base[field], current[field]);
  });
}

/** What somebody else changed and this save leaves as it is. */
export function mergedFields({ base, current, submitted }: Conflict): string[] {
  return Object.keys(current).filter(
    (field) => field in base && !(field in submitted) && !sameValue(base[field], current[field]),
  );
}

interface Asked {
  conflict: Conflict;
  settle: (resolution: Resolution) => void;
}

/** The conflict that the dialog shows; others wait until it is settled. */
export const conflictSlot = makeSlot<Asked>();
let last: Promise<unknown> = Promise.resolve();

/** Asks the user, field by field, whose value is to stay. */
export function askAbout(conflict: Conflict): Promise<Resolution> {
  const answer = last.then(
    () =>
      new Promise<Resolution>((resolve) => {
        conflictSlot.fill({
          conflict,
          settle: (resolution) => {
            conflictSlot.empty();
            resolve(resolution);
          },
        });
      }),
  );
  last = answer;
  return answer;
}
