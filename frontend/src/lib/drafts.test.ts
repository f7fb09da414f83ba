import { expect, test } from 'vitest';
import { makeDrafts, withChanges } from './drafts';

const record = { id: 'a', version: 1, city: 'Paris', phone: null };

test('a refused change shows what the server has, unless a later one of the same field is under way', () => {
  const drafts = makeDrafts();
  const first = drafts.begin('organisations', 'a', { city: 'Lyon', phone: '1' }, [{ items: [record] }]);
  const second = drafts.begin('organisations', 'a', { city: 'Nice' }, [
    { items: [{ ...record, city: 'Lyon' }] },
  ]);

  expect(drafts.drop('organisations', 'a', first)).toEqual({ city: 'Nice', phone: null });
  expect(drafts.drop('organisations', 'a', second)).toEqual({ city: 'Paris' });
  expect(drafts.any('organisations')).toBe(false);
});

test('a stored change keeps later ones on the screen', () => {
  const drafts = makeDrafts();
  const first = drafts.begin('organisations', 'a', { city: 'Lyon' }, [record]);
  drafts.begin('organisations', 'a', { city: 'Nice' }, [record]);

  const stored = { ...record, city: 'Lyon', version: 2 };
  expect(drafts.settle('organisations', 'a', first, stored)).toEqual({ city: 'Nice' });
  expect(drafts.over('organisations', { pages: [{ items: [stored] }] })).toEqual({
    pages: [{ items: [{ ...stored, city: 'Nice' }] }],
  });
});

test('changes are laid over the record wherever it stands, and over no other', () => {
  const other = { id: 'b', version: 1, city: 'Brest' };
  expect(withChanges({ items: [record, other] }, 'a', { city: 'Lyon' })).toEqual({
    items: [{ ...record, city: 'Lyon' }, other],
  });
});
