import type { BulkAction, Changes } from '@/lib/api/records';
import type { Field, KindOf } from '@/lib/kinds';

/** What can be done to many records at once, as the items of a bulk call. */

export type Chosen = { id: string; version: number } & Record<string, unknown>;

export type Deed =
  | { type: 'set'; field: string; value: unknown }
  | { type: 'add_tag' | 'remove_tag'; tags: string[] }
  | { type: 'delete' }
  | { type: 'restore' };

export const actionOf = (deed: Deed): BulkAction =>
  deed.type === 'delete' || deed.type === 'restore' ? deed.type : 'update';

/**
 * The item that does the deed to a record. Tags are written as a whole, so the version goes with them and nobody's
 * tag is lost; a value is set whatever was there.
 */
export function itemOf(deed: Deed, record: Chosen): Changes {
  switch (deed.type) {
    case 'set':
      return { id: record.id, [deed.field]: deed.value };
    case 'add_tag':
      return {
        id: record.id,
        version: record.version,
        tags: [...new Set([...tagsOf(record), ...deed.tags])],
      };
    case 'remove_tag':
      return {
        id: record.id,
        version: record.version,
        tags: tagsOf(record).filter((tag) => !deed.tags.includes(tag)),
      };
    case 'delete':
    case 'restore':
      return { id: record.id };
  }
}

/** The item that takes the deed back, given the record as it was and as it is now; null where nothing changed. */
export function undoItemOf(deed: Deed, before: Chosen, after: Record<string, unknown>): Changes | null {
  switch (deed.type) {
    case 'delete':
    case 'restore':
      return { id: before.id };
    default: {
      if (after.version === before.version) return null;
      const field = deed.type === 'set' ? deed.field : 'tags';
      return { id: before.id, version: after.version, [field]: before[field] ?? null };
    }
  }
}

export const undoActionOf = (deed: Deed): BulkAction =>
  deed.type === 'delete' ? 'restore' : deed.type === 'restore' ? 'delete' : 'update';

function tagsOf(record: Chosen): string[] {
  return (record.tags as string[] | undefined) ?? [];
}

const ONE_BY_ONE = new Set<Field['type']>(['text', 'longtext', 'email', 'phone', 'url', 'texts']);

/** The fields that make sense to set alike on many records. */
export function settableFields(kind: KindOf): Field[] {
  return kind.fields.filter(
    (field) =>
      !field.computed &&
      field.name !== kind.title &&
      field.name !== 'tags' &&
      (!ONE_BY_ONE.has(field.type) || (field.quick && field.type === 'text')),
  );
}

export const hasTags = (kind: KindOf): boolean => kind.fields.some((field) => field.name === 'tags');
export const ownerField = (kind: KindOf): Field | undefined =>
  kind.fields.find((field) => field.name === 'owner_id');
