import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { expect, it } from 'vitest';
import type { AnyRecord } from '@/lib/api/records';
import { show } from '@/testing/render';
import { server } from '@/testing/server';
import { Related } from './Related';

const ORGANISATION = { id: '01KF0E44M0SASMY6NR284KEGJ9', version: 1, name: 'ACME' } as unknown as AnyRecord;
const RELATIONS = [{ resource: 'mandats', field: 'organisation_id' }] as const;

it('shows the records that point here, with what matters of them', async () => {
  const asked: string[] = [];
  server.use(
    http.get('*/api/v1/mandats', ({ request }) => {
      asked.push(new URL(request.url).searchParams.get('organisation_id') ?? '');
      const item = { id: '01KF0E44M0SASMY6NR284KEGK0', version: 1, name: 'Allocation ACME', status: 'actif' };
      return HttpResponse.json({ items: [item], total: 1, next_cursor: null });
    }),
  );

  await show(<Related record={ORGANISATION} relations={RELATIONS} />);

  const row = await screen.findByRole('listitem');
  expect(within(row).getByRole('link', { name: 'Allocation ACME' })).toHaveAttribute(
    'href',
    '/mandats/01KF0E44M0SASMY6NR284KEGK0',
  );
  expect(within(row).getByText('Actif')).toBeVisible();
  expect(asked).toEqual([ORGANISATION.id]);
  expect(screen.queryByRole('button', { name: 'Nouveau mandat' })).toBeNull();
});

it('says when there is none, and offers to try again when the list fails', async () => {
  server.use(
    http.get('*/api/v1/mandats', () => HttpResponse.json({ items: [], total: 0, next_cursor: null })),
  );
  await show(<Related record={ORGANISATION} relations={RELATIONS} />);
  expect(await screen.findByText('Aucun pour le moment.')).toBeVisible();
});
