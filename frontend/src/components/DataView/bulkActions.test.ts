import { expect, test } from 'vitest';
import { INTERACTIONS, ORGANISATIONS } from '@/lib/kinds';
import { itemOf, settableFields, undoItemOf } from './bulkActions';

const RECORD = { id: 'a', version: 3, tags: ['vip', 'esg'], city: 'Paris' };

test('tags are added and removed under the version they were read with', () => {
  expect(itemOf({ type: 'add_tag', tags: ['esg', 'new'] }, RECORD)).toEqual({
    id: 'a',
    version: 3,
    tags: ['vip', 'esg', 'new'],
  });
  expect(itemOf({ type: 'remove_tag', tags: ['vip'] }, RECORD)).toEqual({
    id: 'a',
    version: 3,
    tags: ['esg'],
  });
});

test('a field is set whatever was there, and its undo writes back what was, over the new version only', () => {
  const deed = { type: 'set' as const, field: 'city', value: 'Lyon' };

  expect(itemOf(deed, RECORD)).toEqual({ id: 'a', city: 'Lyon' });
  expect(undoItemOf(deed, RECORD, { version: 4 })).toEqual({ id: 'a', version: 4, city: 'Paris' });
  expect(undoItemOf(deed, RECORD, { version: 3 })).toBeNull();
});

test('names and addresses are not set alike on many records', () => {
  const names = settableFields(ORGANISATIONS).map((field) => field.name);

  expect(names).toEqual(
    expect.arrayContaining(['type', 'pipeline_stage', 'potential_amount', 'city', 'owner_id']),
  );
  for (const one of ['name', 'email', 'lei', 'tags', 'created_at']) expect(names).not.toContain(one);
  expect(settableFields(INTERACTIONS).map((field) => field.name)).not.toContain('subject');
});
