import { screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, expect, test } from 'vitest';
import { show } from '@/testing/render';
import { server } from '@/testing/server';
import { ME, signIn } from '@/testing/signIn';
import { PipelinePage } from './PipelinePage';
import { STAGES } from './stages';

const ID = '01KDVDNA00YH769STZ754EKX01';

function api({ refused = false } = {}) {
  const stored = {
    id: ID,
    version: 3,
    name: 'Beta Capital',
    pipeline_stage: 'prospect',
    potential_amount: '250000.00',
    signature_probability: 20,
    owner_id: null,
    last_activity_at: null,
  };
  const sent: unknown[] = [];
  const asked: URLSearchParams[] = [];
  server.use(
    http.get('*/api/v1/organisations', ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const items = query.get('pipeline_stage') === stored.pipeline_stage ? [{ ...stored }] : [];
      return HttpResponse.json({ items, total: items.length, next_cursor: null });
    }),
    http.get('*/api/v1/pipeline', () => {
      const of = (here: boolean) => ({
        count: here ? 1 : 0,
        amount: here ? '250000.00' : '0.00',
        weighted_amount: here ? '50000.00' : '0.00',
      });
      const stages = STAGES.map((stage) => ({ stage, ...of(stage === stored.pipeline_stage) }));
      return HttpResponse.json({ stages, total: of(true) });
    }),
    http.patch(`*/api/v1/organisations/${ID}`, async ({ request }) => {
      const body = (await request.json()) as { pipeline_stage: string };
      sent.push(body);
      if (refused) {
        const error = { code: 'forbidden', message: 'no', details: [], request_id: 'r' };
        return HttpResponse.json({ error }, { status: 403 });
      }
      Object.assign(stored, { pipeline_stage: body.pipeline_stage, version: stored.version + 1 });
      return HttpResponse.json(stored);
    }),
  );
  return { sent, asked };
}

const column = (name: string) => screen.getByRole('region', { name });

async function moveTo(stage: string, user: Awaited<ReturnType<typeof show>>['user']) {
  await user.click(await screen.findByRole('button', { name: 'Déplacer Beta Capital' }));
  await user.click(await screen.findByRole('menuitem', { name: stage }));
}

beforeEach(async () => {
  await signIn('organisations:read', 'organisations:update');
});

test('a card goes to another stage by its menu, is announced, and goes back by undo', async () => {
  const { sent } = api();
  const { user } = await show(<PipelinePage />);

  await moveTo('Proposition', user);

  expect(await within(column('Proposition')).findByText('Beta Capital')).toBeInTheDocument();
  expect(within(column('Prospect')).queryByText('Beta Capital')).not.toBeInTheDocument();
  expect(sent).toEqual([{ pipeline_stage: 'proposition', version: 3 }]);
  expect(screen.getAllByText('Beta Capital passe à l’étape Proposition').length).toBeGreaterThan(0);

  await user.click(await screen.findByRole('button', { name: 'Annuler' }));
  expect(await within(column('Prospect')).findByText('Beta Capital')).toBeInTheDocument();
  expect(sent[1]).toEqual({ pipeline_stage: 'prospect', version: 4 });
});

test('a refused move goes back and says why', async () => {
  api({ refused: true });
  const { user } = await show(<PipelinePage />);

  await moveTo('Signé', user);

  expect(await screen.findByText(/Beta Capital n’a pas été déplacée/)).toBeInTheDocument();
  await waitFor(() => expect(within(column('Prospect')).getByText('Beta Capital')).toBeInTheDocument());
});

test('asks with the filters of the URL, "me" being the user, and folds what is over', async () => {
  const { asked } = api();
  await show(<PipelinePage />, { at: '/?owner_id=me&potential_amount__gte=1000' });
  await screen.findByText('Beta Capital');

  expect(asked.map((query) => query.get('pipeline_stage'))).not.toContain('perdu');
  for (const query of asked.filter((one) => one.has('pipeline_stage'))) {
    expect(query.get('owner_id')).toBe(ME.id);
    expect(query.get('potential_amount__gte')).toBe('1000');
  }
});

test('who may not change organisations moves none', async () => {
  await signIn('organisations:read');
  api();
  await show(<PipelinePage />);

  expect(await screen.findByText('Beta Capital')).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Déplacer Beta Capital' })).not.toBeInTheDocument();
});
