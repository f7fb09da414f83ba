import { screen, waitFor } from '@testing-library/react';
import { delay, HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { show } from '@/testing/render';
import { server } from '@/testing/server';
import { signIn } from '@/testing/signIn';
import { PaletteButton } from './PaletteButton';

const ID = '01KDVDNA00YH769STZ754EKX01';

function found(title: string, id = ID) {
  return { id, kind: 'organisation', title, score: 1, highlights: {}, record: { city: 'Lyon' } };
}

function answer(q: string) {
  const items = q.startsWith('be') ? [found('Beta Capital')] : [found('Acme', `${ID.slice(0, -1)}2`)];
  return { groups: [{ kind: 'organisation', total: 1, items }], total: 1 };
}

async function open() {
  const view = await show(<PaletteButton />);
  await screen.findAllByRole('button', { name: 'Rechercher…' });
  await view.user.keyboard('{Control>}k{/Control}');
  return { ...view, field: await screen.findByRole('combobox') };
}

beforeEach(async () => {
  await signIn('organisations:read', 'tasks:read', 'tasks:create');
});

test('opens with Ctrl-K, finds records as one types, and Enter opens the first', async () => {
  const asked: string[] = [];
  server.use(
    http.get('*/api/v1/search/autocomplete', ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query.get('q') ?? '');
      return HttpResponse.json(answer(query.get('q') ?? ''));
    }),
  );
  const { user, field, router } = await open();

  await user.type(field, 'bé');
  await waitFor(() => expect(screen.getByRole('option', { name: /Acme/ })).toBeInTheDocument());
  await user.type(field, '{Backspace}eta');
  expect(await screen.findByRole('option', { name: /Beta Capital/ })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await user.keyboard('{Enter}');

  await waitFor(() => expect(router.state.location.pathname).toBe(`/organisations/${ID}`));
  expect(asked.every((q) => q.length >= 2)).toBe(true);
});

test('Enter before the answer opens what was typed, not what an older question found', async () => {
  server.use(
    http.get('*/api/v1/search/autocomplete', async ({ request }) => {
      const q = new URL(request.url).searchParams.get('q') ?? '';
      if (q === 'beta') await delay(150);
      return HttpResponse.json(answer(q));
    }),
  );
  const { user, field, router } = await open();
  await user.type(field, 'ac');
  await screen.findByRole('option', { name: /Acme/ });

  await user.clear(field);
  await user.type(field, 'beta{Enter}');

  await waitFor(() => expect(router.state.location.pathname).toBe(`/organisations/${ID}`));
});

test('offers only what the user may do', async () => {
  const { user, field } = await open();

  await user.type(field, 'n');

  expect(await screen.findByRole('option', { name: 'Nouvelle tâche' })).toBeInTheDocument();
  expect(screen.queryByRole('option', { name: 'Nouvelle personne' })).not.toBeInTheDocument();
  expect(screen.queryByRole('option', { name: 'Corbeille' })).not.toBeInTheDocument();
});

test('says why nothing could be found', async () => {
  server.use(http.get('*/api/v1/search/autocomplete', () => HttpResponse.error()));
  const { user, field } = await open();

  await user.type(field, 'beta');

  expect(await screen.findByRole('alert')).toHaveTextContent('Le serveur est injoignable');
  expect(field).toHaveValue('beta');
});
