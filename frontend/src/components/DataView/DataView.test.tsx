import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test, vi } from 'vitest';
import { ORGANISATIONS } from '@/lib/kinds';
import { validateListSearch } from '@/lib/listSearch';
import { useListSearch } from '@/lib/useListSearch';
import { show } from '@/testing/render';
import { server } from '@/testing/server';
import { ME, signIn } from '@/testing/signIn';
import { DataView } from './index';

const ALL = ['organisations:read', 'organisations:update', 'organisations:delete', 'organisations:export'];

function organisation(place: number, fields: object = {}) {
  return {
    id: `01KDVDNA00YH769STZ754EKX0${place}`,
    version: 1,
    name: `Banque ${place}`,
    type: 'client',
    category: null,
    pipeline_stage: 'prospect',
    potential_amount: '1000.00',
    city: 'Paris',
    tags: ['vip'],
    owner_id: ME.id,
    last_activity_at: null,
    ...fields,
  };
}

const ROWS = [1, 2, 3].map((place) => organisation(place));

/** Answers the list with these rows, and notes what was asked. */
function answerWith(rows: object[] = ROWS, total = rows.length) {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/api/v1/organisations', ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const facets = query.has('facets') ? { facets: { tags: { vip: 3, esg: 1 } } } : {};
      return HttpResponse.json({ items: rows, total, next_cursor: null, ...facets });
    }),
    http.get('*/api/v1/users', () => HttpResponse.json({ items: [ME], total: 1, next_cursor: null })),
    http.get('*/api/v1/views', () => HttpResponse.json({ items: [], total: 0, next_cursor: null })),
  );
  return asked;
}

function List() {
  const [search, setSearch] = useListSearch();
  return <DataView kind={ORGANISATIONS} search={search} onSearch={setSearch} />;
}

const cell = (row: HTMLElement, field: string) =>
  row.querySelector<HTMLElement>(`[data-field="${field}"]`) as HTMLElement;
const rowNamed = async (name: string) => (await screen.findByText(name)).closest('tr') as HTMLElement;

beforeEach(async () => {
  await signIn(...ALL);
});

test('shows the rows, how many there are, and asks for the usual order', async () => {
  const asked = answerWith(ROWS, 1234);

  await show(<List />);

  const row = await rowNamed('Banque 1');
  expect(cell(row, 'type')).toHaveTextContent('Client');
  expect(screen.getByRole('grid', { name: 'Organisations' })).toHaveAttribute('aria-rowcount', '1235');
  expect(screen.getByText(/^3 affichés sur 1.234$/)).toBeVisible();
  expect(asked[0]?.get('sort')).toBe('name');
});

test('a click on a head sorts, shift adds, and the URL says so', async () => {
  const asked = answerWith();
  const { user, router } = await show(<List />);
  await rowNamed('Banque 1');

  await user.click(screen.getByRole('button', { name: 'Ville' }));
  await waitFor(() =>
    expect(screen.getByRole('columnheader', { name: 'Ville' })).toHaveAttribute('aria-sort', 'ascending'),
  );
  await user.keyboard('{Shift>}');
  await user.click(screen.getByRole('button', { name: 'Type' }));
  await user.keyboard('{/Shift}');

  await waitFor(() => expect(asked.at(-1)?.get('sort')).toBe('city,type'));
  expect(router.state.location.search).toMatchObject({ sort: 'city,type' });
});

test('a filter is built, shown as a chip, and taken away', async () => {
  const asked = answerWith();
  const { user } = await show(<List />);
  await rowNamed('Banque 1');

  await user.click(screen.getByRole('button', { name: 'Filtrer' }));
  await user.type(await screen.findByRole('textbox', { name: 'Chercher un champ' }), 'etape{Enter}');
  await user.click(await screen.findByRole('checkbox', { name: 'Signé' }));
  await user.click(screen.getByRole('checkbox', { name: 'Perdu' }));
  await user.click(screen.getByRole('button', { name: 'Appliquer' }));

  await waitFor(() => expect(asked.at(-1)?.getAll('pipeline_stage')).toEqual(['signe', 'perdu']));
  const chips = within(screen.getByRole('list', { name: 'Filtres appliqués' }));
  expect(chips.getByText(/Étape/)).toHaveTextContent('Étape : Signé, Perdu');
  await user.click(chips.getByRole('button', { name: 'Retirer le filtre Étape' }));
  await waitFor(() => expect(asked.at(-1)?.has('pipeline_stage')).toBe(false));
});

test('a state in the URL is the list that is asked for', async () => {
  const asked = answerWith();

  await show(<List />, { at: '/?owner_id=me&city=Paris&city=Lyon&sort=-name&q=fonds&columns=name,city' });

  await rowNamed('Banque 1');
  expect(asked[0]?.getAll('owner_id')).toEqual([ME.id]);
  expect(asked[0]?.getAll('city')).toEqual(['Paris', 'Lyon']);
  expect(asked[0]?.get('q')).toBe('fonds');
  expect(screen.getAllByRole('columnheader').map((head) => head.textContent)).toEqual(['', 'Nom', 'Ville']);
});

test('what is typed is asked once, when the typing pauses', async () => {
  const asked = answerWith();
  const { user } = await show(<List />);
  await rowNamed('Banque 1');

  await user.keyboard('/');
  await user.keyboard('fonds');

  expect(screen.getByRole('searchbox')).toHaveValue('fonds');
  await waitFor(() => expect(asked.at(-1)?.get('q')).toBe('fonds'));
  expect(asked.filter((query) => query.get('q'))).toHaveLength(1);
});

test('a failed list can be asked again', async () => {
  answerWith();
  server.use(
    http.get(
      '*/api/v1/organisations',
      () => HttpResponse.json({ error: { code: 'unavailable', message: '' } }, { status: 503 }),
      {
        once: true,
      },
    ),
  );
  const { user } = await show(<List />);

  expect(await screen.findByRole('alert')).toHaveTextContent('Le service ne répond pas');
  await user.click(screen.getByRole('button', { name: 'Réessayer' }));

  await rowNamed('Banque 1');
});

test('nothing found offers to clear what narrows the list', async () => {
  answerWith([]);
  const { user, router } = await show(<List />, { at: '/?city=Paris&sort=name' });

  await user.click((await screen.findAllByRole('button', { name: 'Effacer les filtres' }))[0] as HTMLElement);

  await waitFor(() => expect(router.state.location.search).toEqual({ sort: 'name' }));
});

test('keys move between cells, choose rows and open the editor', async () => {
  answerWith();
  const { user } = await show(<List />);
  const first = await rowNamed('Banque 1');
  const second = await rowNamed('Banque 2');

  cell(first, 'name').focus();
  await user.keyboard('j');
  expect(cell(second, 'name')).toHaveFocus();
  await user.keyboard('{ArrowRight}');
  expect(cell(second, 'type')).toHaveFocus();
  await user.keyboard('kx');
  expect(first).toHaveAttribute('aria-selected', 'true');
  await user.keyboard('jj{Shift>}X{/Shift}');
  expect(screen.getByText('3 sélectionnés')).toBeVisible();
  await user.keyboard('{Escape}');
  expect(first).toHaveAttribute('aria-selected', 'false');
  expect(document.querySelectorAll('[role=grid] [tabindex="0"]')).toHaveLength(1);
});

test('a cell is changed in place, and the change can be taken back', async () => {
  answerWith();
  const written: Record<string, unknown>[] = [];
  server.use(
    http.patch('*/api/v1/organisations/:id', async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      written.push(body);
      return HttpResponse.json({ ...ROWS[0], ...body, version: Number(body.version) + 1 });
    }),
  );
  const { user } = await show(<List />);
  const city = cell(await rowNamed('Banque 1'), 'city');

  city.focus();
  await user.keyboard('{F2}');
  const input = await screen.findByRole('textbox', { name: 'Ville' });
  await user.clear(input);
  await user.type(input, 'Rennes{Enter}');

  expect(await screen.findByText('Ville de Banque 1 : modification enregistrée')).toBeVisible();
  expect(written).toEqual([{ city: 'Rennes', version: 1 }]);
  await user.click(screen.getByRole('button', { name: 'Annuler' }));
  await waitFor(() => expect(written).toHaveLength(2));
  expect(written[1]).toEqual({ city: 'Paris', version: 2 });
});

test('a refused change goes back to what it was, with the reason in the cell', async () => {
  answerWith();
  server.use(
    http.patch('*/api/v1/organisations/:id', () =>
      HttpResponse.json(
        {
          error: {
            code: 'invalid_input',
            message: '',
            details: [{ field: 'city', message: 'est trop long' }],
          },
        },
        { status: 422 },
      ),
    ),
  );
  const { user } = await show(<List />);

  cell(await rowNamed('Banque 1'), 'city').focus();
  await user.keyboard('{Enter}');
  await user.type(await screen.findByRole('textbox', { name: 'Ville' }), ' XVI{Enter}');

  expect(await screen.findByText('est trop long')).toBeVisible();
  const city = cell(await rowNamed('Banque 1'), 'city');
  expect(city).toHaveTextContent('Paris');
  expect(city).not.toHaveTextContent('XVI');
  expect(city).toHaveAttribute('aria-invalid', 'true');
});

test('Escape leaves a cell as it was', async () => {
  answerWith();
  const { user } = await show(<List />);

  cell(await rowNamed('Banque 1'), 'city').focus();
  await user.keyboard('{Enter}');
  await user.type(await screen.findByRole('textbox', { name: 'Ville' }), 'X{Escape}');

  const city = cell(await rowNamed('Banque 1'), 'city');
  await waitFor(() => expect(city).toHaveFocus());
  expect(city).toHaveTextContent(/^Paris$/);
});

test('a bulk action tells which records refused and why, and tries those again', async () => {
  answerWith();
  const sent: { items: { id: string }[] }[] = [];
  server.use(
    http.post('*/api/v1/organisations/bulk/delete', async ({ request }) => {
      const body = (await request.json()) as { items: { id: string }[] };
      sent.push(body);
      const items = body.items.map((item, index) =>
        sent.length === 1 && index === 1
          ? { index, status: 409, error: { code: 'in_use', message: 'still used', details: [] } }
          : { index, status: 200, record: { id: item.id, version: 2 } },
      );
      const failed = items.filter((item) => item.status === 409).length;
      return HttpResponse.json({ items, succeeded: items.length - failed, failed });
    }),
  );
  const { user } = await show(<List />);
  await rowNamed('Banque 1');

  await user.click(screen.getByRole('checkbox', { name: 'Sélectionner toutes les lignes affichées' }));
  await user.click(screen.getByRole('button', { name: 'Actions' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Mettre à la corbeille' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(await dialog.findByRole('button', { name: 'Mettre à la corbeille' }));

  expect(await dialog.findByText('Un enregistrement a été refusé :')).toBeVisible();
  expect(dialog.getByRole('link', { name: 'Banque 2' })).toHaveAttribute(
    'href',
    `/organisations/${ROWS[1]?.id}`,
  );
  expect(dialog.getByText('C’est encore utilisé ailleurs.')).toBeVisible();
  await user.click(dialog.getByRole('button', { name: 'Réessayer ceux-ci' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  expect(sent[1]?.items).toEqual([{ id: ROWS[1]?.id }]);
});

test('tags are added to all that match, page by page, with what each had', async () => {
  const asked = answerWith(ROWS, 4);
  const more = organisation(4, { tags: [] });
  server.use(
    http.get('*/api/v1/organisations', ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      if (query.get('limit') !== '200') return undefined;
      return HttpResponse.json(
        query.has('cursor')
          ? { items: [more], total: 4, next_cursor: null }
          : { items: ROWS, total: 4, next_cursor: 'next' },
      );
    }),
  );
  const items: unknown[] = [];
  server.use(
    http.post('*/api/v1/organisations/bulk/update', async ({ request }) => {
      items.push(...((await request.json()) as { items: unknown[] }).items);
      return HttpResponse.json({
        items: items.map((_, index) => ({ index, status: 200, record: { version: 2 } })),
        succeeded: items.length,
        failed: 0,
      });
    }),
  );
  const { user } = await show(<List />);
  await rowNamed('Banque 1');

  await user.click(screen.getByRole('checkbox', { name: 'Sélectionner toutes les lignes affichées' }));
  await user.click(screen.getByRole('button', { name: 'Sélectionner les 4 résultats' }));
  expect(await screen.findByText('4 sélectionnés')).toBeVisible();
  await user.click(screen.getByRole('button', { name: 'Actions' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Ajouter des étiquettes' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(await dialog.findByLabelText('Étiquettes', { selector: 'input' }), '2026{Enter}');
  await user.click(dialog.getByRole('button', { name: 'Ajouter' }));

  expect(await screen.findByText('Étiquettes ajoutées à 4 enregistrements')).toBeVisible();
  expect(items[0]).toEqual({ id: ROWS[0]?.id, version: 1, tags: ['vip', '2026'] });
  expect(items[3]).toEqual({ id: more.id, version: 1, tags: ['2026'] });
});

test('who may only read is offered nothing that writes', async () => {
  await signIn('organisations:read');
  answerWith();
  const { user } = await show(<List />);
  const row = await rowNamed('Banque 1');

  expect(screen.queryByRole('checkbox')).not.toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Exporter en CSV' })).not.toBeInTheDocument();
  cell(row, 'city').focus();
  await user.keyboard('{F2}x');
  expect(screen.queryByRole('textbox', { name: 'Ville' })).not.toBeInTheDocument();
  expect(row).not.toHaveAttribute('aria-selected');
});

test('the list is taken away as it is shown', async () => {
  answerWith();
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/api/v1/organisations/export', ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return new HttpResponse('name', {
        headers: { 'X-Row-Count': '3', 'Content-Disposition': 'attachment; filename="organisations.csv"' },
      });
    }),
  );
  vi.stubGlobal(
    'URL',
    Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
  );
  const { user } = await show(<List />, { at: '/?city=Paris&columns=name,city' });
  await rowNamed('Banque 1');

  await user.click(screen.getByRole('button', { name: 'Exporter en CSV' }));

  expect(await screen.findByText('3 enregistrements exportés')).toBeVisible();
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    city: 'Paris',
    columns: 'name,city',
    delimiter: ';',
    sort: 'name',
  });
});

test('a list too long for a file says how long it is', async () => {
  answerWith();
  server.use(
    http.get('*/api/v1/organisations/export', () =>
      HttpResponse.json(
        {
          error: {
            code: 'export_too_large',
            message: '',
            details: [{ field: 'rows', message: '', matched: 48211, limit: 10000 }],
          },
        },
        { status: 413 },
      ),
    ),
  );
  const { user } = await show(<List />);
  await rowNamed('Banque 1');

  await user.click(screen.getByRole('button', { name: 'Exporter en CSV' }));

  expect(await screen.findByText(/48.211 enregistrements répondent aux filtres/)).toBeVisible();
});

test('a state is saved as a view under a name', async () => {
  answerWith();
  const saved: Record<string, unknown>[] = [];
  server.use(
    http.get('*/api/v1/views', () =>
      HttpResponse.json({ items: saved, total: saved.length, next_cursor: null }),
    ),
    http.post('*/api/v1/views', async ({ request }) => {
      const body = (await request.json()) as Record<string, unknown>;
      saved.push({ ...body, id: 'view-1', version: 1, owner_id: ME.id });
      return HttpResponse.json(saved[0], { status: 201 });
    }),
  );
  const { user, router } = await show(<List />, { at: '/?city=Paris' });
  await rowNamed('Banque 1');

  await user.click(screen.getByRole('button', { name: 'Enregistrer comme vue' }));
  const dialog = within(await screen.findByRole('dialog'));
  await user.type(await dialog.findByRole('textbox', { name: /Nom de la vue/ }), 'À Paris');
  await user.click(dialog.getByRole('radio', { name: 'Mon équipe' }));
  await user.click(dialog.getByRole('button', { name: 'Enregistrer' }));

  expect(await screen.findByRole('button', { name: /À Paris/, current: true })).toBeVisible();
  expect(saved[0]).toMatchObject({
    resource: 'organisations',
    name: 'À Paris',
    visibility: 'team',
    query: { filters: { city: ['Paris'] } },
  });
  expect(validateListSearch(router.state.location.search)).toEqual({ city: 'Paris', view: 'view-1' });
});
