import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import type { Organisation } from '@/lib/api/records';
import { type Field, fieldOf, ORGANISATIONS } from '@/lib/kinds';
import { show } from '@/testing/render';
import { server } from '@/testing/server';
import { signIn } from '@/testing/signIn';
import { InlineField } from './InlineField';

const RECORD = { id: '01KDVDNA00YH769STZ754EKX07', version: 1, name: 'Banque', lei: null, city: 'Paris' };
const pencil = (field: string) =>
  screen.findByRole('button', { name: new RegExp(`^Modifier\\s: ${field}$`) });

function showField(name: string, editable = true) {
  return show(
    <dl>
      <InlineField
        kind={ORGANISATIONS}
        record={RECORD as unknown as Organisation}
        field={fieldOf(ORGANISATIONS, name) as Field}
        editable={editable}
      />
    </dl>,
  );
}

function storing(answer: (body: Record<string, unknown>) => Response) {
  const sent: Record<string, unknown>[] = [];
  server.use(
    http.patch(`*/api/v1/organisations/${RECORD.id}`, async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      sent.push(body);
      return answer(body);
    }),
  );
  return sent;
}

beforeEach(() => signIn('organisations:read', 'organisations:update'));

test('Enter opens and saves a field, and the toast writes the former value back', async () => {
  let version = 1;
  const sent = storing((body) => HttpResponse.json({ ...RECORD, ...body, version: ++version }));
  const { user } = await showField('city');

  (await pencil('Ville')).focus();
  await user.keyboard('{Enter}');
  await user.clear(screen.getByRole('textbox', { name: 'Ville' }));
  await user.keyboard('Lyon{Enter}');
  await user.click(await screen.findByRole('button', { name: 'Annuler' }));

  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent).toEqual([
    { city: 'Lyon', version: 1 },
    { city: 'Paris', version: 2 },
  ]);
});

test('Escape leaves the field as it was', async () => {
  const sent = storing(() => HttpResponse.json(RECORD));
  const { user } = await showField('city');

  await user.click(await pencil('Ville'));
  await user.keyboard('Lyon{Escape}');

  expect(await screen.findByText('Paris')).toBeVisible();
  await waitFor(async () => expect(await pencil('Ville')).toHaveFocus());
  expect(sent).toEqual([]);
});

test('a refused value stays in the field, with the reason', async () => {
  const details = [{ field: 'lei', message: 'must be a valid LEI (20 characters, check digits)' }];
  storing(() =>
    HttpResponse.json({ error: { code: 'invalid_input', message: 'no', details } }, { status: 422 }),
  );
  const { user } = await showField('lei');

  await user.click(await pencil('LEI'));
  await user.keyboard('FAUX{Enter}');

  expect(await screen.findByText(/pas un LEI valable/)).toBeVisible();
  expect(screen.getByRole('textbox', { name: 'LEI' })).toHaveValue('FAUX');
});

test('who may not change the record gets no way to', async () => {
  await showField('city', false);

  expect(await screen.findByText('Paris')).toBeVisible();
  expect(screen.queryByRole('button', { name: /Modifier/ })).toBeNull();
});
