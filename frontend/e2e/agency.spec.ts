import type { Page } from '@playwright/test';
import { type Api, type Json, unique } from './support/api';
import { expectAccessible } from './support/axe';
import { expect, SALES, test } from './support/test';

const START = '2030-06-18T16:00:00Z';
const END = '2030-06-18T20:00:00Z';

async function newContract(api: Api, fields: Record<string, unknown> = {}): Promise<Json> {
  const client = await api.post('/organisations', { name: unique('Maison Fictive') });
  const about = { name: unique('Convention'), organisation_id: client.id, total_amount: '1000.00' };
  return api.post('/contracts', { ...about, signed: true, ...fields });
}

const newEvent = (api: Api, contract: Json): Promise<Json> =>
  api.post('/events', {
    name: unique('Soirée'),
    contract_id: contract.id,
    organisation_id: contract.organisation_id,
    start_at: START,
    end_at: END,
  });

async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByRole('button', { name: `Modifier : ${field}`, exact: true }).press('Enter');
  await page.getByRole('combobox', { name: field, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

for (const [resource, title] of [
  ['produits', 'Produits'],
  ['mandats', 'Mandats'],
  ['contracts', 'Contrats'],
  ['events', 'Événements'],
] as const) {
  test(`the list of ${resource} shows the demo data and leads to their pages`, async ({ page }) => {
    await page.goto(`/${resource}`);
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    await expect(page.getByRole('row').nth(1)).toBeVisible();
    await expectAccessible(page);

    await page.getByRole('row').nth(1).getByRole('link').first().click();
    await expect(page).toHaveURL(new RegExp(`/${resource}/[0-9A-Z]{26}`));
    await expect(page.getByRole('tab', { name: 'Historique' })).toBeVisible();
    await expectAccessible(page);
  });
}

test('a contract with an event stays signed, and says so', async ({ page, api }) => {
  const contract = await newContract(api);
  await newEvent(api, contract);
  await page.goto(`/contracts/${contract.id}`);

  await choose(page, 'Signé', 'Non');

  await expect(page.getByText(/encore utilisé ailleurs/).first()).toBeVisible();
  await expect.poll(async () => (await api.get(`/contracts/${contract.id}`)).signed).toBe(true);
});

test('an event is made from its contract, for the same client', async ({ page, api }) => {
  const contract = await newContract(api);
  const name = unique('Dîner');
  await page.goto(`/contracts/${contract.id}?tab=related`);
  await page.getByRole('button', { name: 'Nouvel événement' }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: /^Nom/ }).fill(name);
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Annuler' }).click();
  await page.getByRole('button', { name: 'Abandonner' }).click();

  const event = await newEvent(api, contract);
  await api.awaitListed(`/events?contract_id=${contract.id}`, event.id);
  await page.reload();
  await expect(page.getByRole('link', { name: String(event.name) })).toBeVisible();
});

test('products go under a mandate that is in force only', async ({ page, api }) => {
  const client = await api.post('/organisations', { name: unique('Mutuelle Fictive') });
  const mandat = await api.post('/mandats', { name: unique('Mandat'), organisation_id: client.id });
  await page.goto(`/mandats/${mandat.id}`);
  await page.getByRole('button', { name: /champs? vides?/ }).click();

  await page.getByRole('button', { name: 'Modifier : Produits' }).press('Enter');
  await page.getByRole('combobox', { name: 'Produits' }).fill('Alforis Actions');
  await page.getByRole('option', { name: 'Alforis Actions Europe' }).click();
  await page.getByRole('combobox', { name: 'Produits' }).press('Tab');

  await expect(page.getByText(/mandat signé ou actif/).first()).toBeVisible();
  expect((await api.get(`/mandats/${mandat.id}`)).produit_ids).toEqual([]);
});

test.describe('a seller', () => {
  test.use({ who: SALES });

  test('reads contracts and makes none, and makes events', async ({ page }) => {
    await page.goto('/contracts');
    await expect(page.getByRole('row').nth(1)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Nouveau contrat' })).toHaveCount(0);
    await page.goto('/events');
    await expect(page.getByRole('button', { name: 'Nouvel événement' }).first()).toBeVisible();
  });
});
