import { HttpResponse, http } from 'msw';
import { afterEach, expect, test } from 'vitest';
import { server } from '@/testing/server';
import { ApiError } from './api/errors';
import { conflictingFields, conflictSlot, sameValue } from './conflicts';
import { saveInTurn } from './saving';

type Row = Record<string, unknown> & { version: number };

/** The API's rule for versions, over one organisation; answers what was sent to it. */
function storing(id: string, start: Row) {
  const versions: Row[] = [start];
  const sent: Record<string, unknown>[] = [];
  const current = () => versions[versions.length - 1] as Row;
  server.use(
    http.patch(`*/api/v1/organisations/${id}`, async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      sent.push(body);
      const { version, ...changes } = body;
      if (version !== undefined && version !== current().version) {
        const base = versions.find((one) => one.version === version) ?? null;
        const error = {
          code: 'stale_version',
          message: 'stale',
          details: [],
          current: current(),
          base,
          submitted: changes,
        };
        return HttpResponse.json({ error }, { status: 412 });
      }
      versions.push({ ...current(), ...changes, version: current().version + 1 });
      return HttpResponse.json(current());
    }),
  );
  return {
    sent,
    current,
    byAnother: (changes: object) =>
      versions.push({ ...current(), ...changes, version: current().version + 1 }),
  };
}

let asked: ReturnType<typeof conflictSlot.peek> = null;
const untilAsked = async () => {
  await expect.poll(() => (asked = conflictSlot.peek())).not.toBeNull();
  return asked as NonNullable<typeof asked>;
};
afterEach(() => conflictSlot.empty());

test('edits made one after the other of the same view conflict with nobody', async () => {
  const store = storing('quick', { version: 1, city: 'Paris' });

  await Promise.all(
    ['Lyon', 'Nice', 'Metz'].map((city) => saveInTurn('organisations', 'quick', { city }, 1)),
  );

  expect(store.current().city).toBe('Metz');
  expect(store.sent.map((body) => body.version)).toEqual([1, 2, 3]);
  expect(conflictSlot.peek()).toBeNull();
});

test("somebody else's change of another field is kept without a question", async () => {
  const store = storing('merged', { version: 1, city: 'Paris', phone: null });
  store.byAnother({ phone: '+33142000001' });

  const saved = await saveInTurn('organisations', 'merged', { city: 'Lyon' }, 1);

  expect(saved).toMatchObject({ city: 'Lyon', phone: '+33142000001', version: 3 });
});

test('only what both changed is asked about, and the choice is saved', async () => {
  const store = storing('both', { version: 1, city: 'Paris', phone: null });
  store.byAnother({ city: 'Nice' });

  const saved = saveInTurn('organisations', 'both', { city: 'Lyon', phone: '+33142000001' }, 1);
  const { conflict, settle } = await untilAsked();
  expect(conflict.fields).toEqual(['city']);
  expect(conflict).toMatchObject({ base: { city: 'Paris' }, current: { city: 'Nice' } });
  settle({ phone: '+33142000001' });

  expect(await saved).toMatchObject({ city: 'Nice', phone: '+33142000001', version: 3 });
});

test('whoever gives up gets the refusal, and nothing is written', async () => {
  const store = storing('given-up', { version: 1, city: 'Paris' });
  store.byAnother({ city: 'Nice' });

  const saved = saveInTurn('organisations', 'given-up', { city: 'Lyon' }, 1);
  saved.catch(() => undefined);
  (await untilAsked()).settle(null);

  await expect(saved).rejects.toBeInstanceOf(ApiError);
  expect(store.current().city).toBe('Nice');
});

test("a change of one's own before somebody else's is no conflict with oneself", async () => {
  const store = storing('own', { version: 1, city: 'Paris', phone: null });
  await saveInTurn('organisations', 'own', { city: 'Lyon' }, 1);
  store.byAnother({ phone: '+33142000001' });

  const saved = await saveInTurn('organisations', 'own', { city: 'Metz' }, 1);

  expect(saved).toMatchObject({ city: 'Metz', phone: '+33142000001' });
});

test('without the version that was edited, every field that differs is asked about', () => {
  expect(conflictingFields(null, { city: 'Nice', phone: '1' }, { city: 'Lyon', phone: '1' })).toEqual([
    'city',
  ]);
});

test('amounts are compared as amounts, other texts by the letter', () => {
  expect(sameValue('500000', '500000.00')).toBe(true);
  expect(sameValue('01000', '1000')).toBe(false);
  expect(sameValue(null, undefined)).toBe(true);
});
