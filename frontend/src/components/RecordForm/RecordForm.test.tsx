import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { ORGANISATIONS, PEOPLE } from '@/lib/kinds';
import { show } from '@/testing/render';
import { server } from '@/testing/server';
import { ME, signIn } from '@/testing/signIn';
import { RecordForm } from './RecordForm';
import type { FormRequest } from './slot';

const ORGANISATION = { id: '01KDVDNA00YH769STZ754EKX01', version: 1, name: 'Banque Une' };
const PERSON = { id: '01KDVDNA00YH769STZ754EKX02', version: 1, full_name: 'Claire Lemaire' };
const LINK = { id: '01KDVDNA00YH769STZ754EKX03', version: 1 };

interface Sent {
  path: string;
  key: string | null;
  body: Record<string, unknown>;
}

/** Answers creations, each by its path, and notes what was sent. */
function answering(answers: Record<string, () => Response> = {}) {
  const sent: Sent[] = [];
  const made: Record<string, object> = {
    organisations: ORGANISATION,
    people: PERSON,
    'person-organisation-links': LINK,
  };
  for (const [path, record] of Object.entries(made)) {
    server.use(
      http.post(`*/api/v1/${path}`, async ({ request }) => {
        const body = (await request.json()) as Record<string, unknown>;
        sent.push({ path, key: request.headers.get('Idempotency-Key'), body });
        return answers[path]?.() ?? HttpResponse.json(record, { status: 201 });
      }),
    );
  }
  server.use(
    http.get('*/api/v1/users', () => HttpResponse.json({ items: [ME], total: 1, next_cursor: null })),
    http.get('*/api/v1/teams', () => HttpResponse.json({ items: [], total: 0, next_cursor: null })),
  );
  return sent;
}

const refusal = (status: number, code: string, details: object[]) => () =>
  HttpResponse.json({ error: { code, message: code, details, request_id: 'r' } }, { status });

async function showForm(request: Partial<FormRequest> = {}) {
  const onDone = vi.fn();
  const onClose = vi.fn();
  const shown = await show(
    <RecordForm request={{ kind: ORGANISATIONS, onDone, ...request } as FormRequest} onClose={onClose} />,
  );
  const dialog = await screen.findByRole('dialog');
  return { ...shown, onDone, onClose, form: within(dialog) };
}

beforeEach(() => signIn('organisations:create', 'organisations:read', 'people:create', 'people:read'));

test('saves what was filled in with Ctrl-Enter, once, however often it is sent', async () => {
  const sent = answering();
  const { user, form, onDone, onClose } = await showForm();

  await user.type(form.getByRole('textbox', { name: /^Nom/ }), 'Banque Une');
  await user.keyboard('{Control>}{Enter}{Enter}{/Control}');

  await waitFor(() => expect(onDone).toHaveBeenCalledWith(ORGANISATION));
  expect(onClose).toHaveBeenCalled();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.body).toMatchObject({ name: 'Banque Une', type: 'client', pipeline_stage: 'prospect' });
  expect(sent[0]?.body).not.toHaveProperty('email');
});

test('says which field is missing, sends nothing, and goes there', async () => {
  const sent = answering();
  const { user, form } = await showForm();

  await user.click(form.getByRole('button', { name: 'Créer' }));

  expect(form.getByText('Champ obligatoire')).toBeVisible();
  expect(form.getByRole('textbox', { name: /^Nom/ })).toHaveFocus();
  expect(sent).toEqual([]);
});

test('shows a refusal at its field, even behind "more fields", and repeats under the same key', async () => {
  const sent = answering({
    organisations: refusal(422, 'invalid_input', [
      { field: 'lei', message: 'must be a valid LEI (20 characters)' },
    ]),
  });
  const { user, form } = await showForm({ initial: { name: 'Banque Une', lei: 'X' } });

  await user.click(form.getByRole('button', { name: 'Créer' }));
  expect(await form.findByText(/pas un LEI valable/)).toBeVisible();
  await user.click(form.getByRole('button', { name: 'Créer' }));

  await waitFor(() => expect(sent).toHaveLength(2));
  expect(sent[1]?.key).toBe(sent[0]?.key);
});

test('a duplicate leads to the record that has the value', async () => {
  answering({
    people: refusal(409, 'duplicate', [
      { field: 'email', message: 'Another record already has this email.', id: PERSON.id },
    ]),
  });
  const { user, form } = await showForm({
    kind: PEOPLE as never,
    initial: { last_name: 'Lemaire', email: 'a@example.com' },
  });

  await user.click(form.getByRole('button', { name: 'Créer' }));

  expect(await form.findByRole('link', { name: 'Voir la fiche existante' })).toHaveAttribute(
    'href',
    `/people/${PERSON.id}`,
  );
});

test('creates the contact and its link after the organisation, and goes on where it stopped', async () => {
  let refuse = true;
  const sent = answering({
    people: () =>
      refuse
        ? refusal(422, 'invalid_input', [{ field: 'email', message: 'must be an e-mail address' }])()
        : HttpResponse.json(PERSON, { status: 201 }),
  });
  const { user, form, onDone } = await showForm({ initial: { name: 'Banque Une' } });
  await user.click(form.getByText('Nouvelle personne'));
  const contact = within(form.getByRole('region', { name: 'Contact' }));
  await user.type(contact.getByRole('textbox', { name: /^Nom/ }), 'Lemaire');
  await user.type(contact.getByRole('textbox', { name: 'E-mail' }), 'faux');
  await user.click(form.getByRole('button', { name: 'Créer' }));

  expect(await form.findByText('La fiche est créée, mais il reste une étape.')).toBeVisible();
  expect(form.getByText(/pas une adresse e-mail valable/)).toBeVisible();
  refuse = false;
  await user.click(form.getByRole('button', { name: 'Créer' }));

  await waitFor(() => expect(onDone).toHaveBeenCalledWith(ORGANISATION));
  expect(sent.map((one) => one.path)).toEqual([
    'organisations',
    'people',
    'people',
    'person-organisation-links',
  ]);
  expect(sent[3]?.body).toMatchObject({
    organisation_id: ORGANISATION.id,
    person_id: PERSON.id,
    role: 'contact_principal',
    is_primary: true,
  });
});

test('changes only what was changed, from the version that was opened', async () => {
  const sent: unknown[] = [];
  server.use(
    http.get('*/api/v1/users', () => HttpResponse.json({ items: [], total: 0, next_cursor: null })),
    http.patch(`*/api/v1/organisations/${ORGANISATION.id}`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ ...ORGANISATION, version: 2 });
    }),
  );
  const { user, form, onDone } = await showForm({ record: ORGANISATION as never });

  await user.type(form.getByRole('textbox', { name: 'Ville' }), 'Lyon');
  await user.click(form.getByRole('button', { name: 'Enregistrer' }));

  await waitFor(() => expect(onDone).toHaveBeenCalled());
  expect(sent).toEqual([{ city: 'Lyon', version: 1 }]);
});

test('asks before it throws away what was typed', async () => {
  answering();
  const { user, form, onClose } = await showForm();
  await user.type(form.getByRole('textbox', { name: /^Nom/ }), 'Presque');

  await user.click(form.getByRole('button', { name: 'Annuler' }));
  expect(onClose).not.toHaveBeenCalled();
  await user.click(form.getByRole('button', { name: 'Abandonner' }));

  expect(onClose).toHaveBeenCalled();
});
