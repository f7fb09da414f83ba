import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import type { Api, Json } from './support/api';
import { unique } from './support/api';
import { expectAccessible } from './support/axe';
import { expect, PHONE, test } from './support/test';

/** Three organisations that one word in their names finds and no other test knows. */
async function threeOrganisations(api: Api): Promise<{ word: string; items: Json[] }> {
  const word = unique('Liste').replace(/\W/g, '');
  const items: Json[] = [];
  for (const [place, city] of ['Nantes', 'Brest', 'Lille'].entries()) {
    items.push(
      await api.post('/organisations', {
        name: `${word} ${'ABC'[place]}`,
        type: 'client',
        city,
        potential_amount: `${(place + 1) * 1000}.00`,
      }),
    );
  }
  for (const item of items) await api.awaitListed(`/organisations?id=${item.id}`, item.id);
  return { word, items };
}

const grid = (page: Page) => page.getByRole('grid', { name: 'Organisations' });
const rowOf = (page: Page, name: string) => grid(page).getByRole('row', { name: new RegExp(name) });
const cellOf = (row: Locator, field: string) => row.locator(`[data-field="${field}"]`);

async function names(page: Page): Promise<string[]> {
  return grid(page).locator('tbody [data-field="name"]').allTextContents();
}

test('a list is searched, filtered and sorted, and its address shows the same again', async ({
  page,
  api,
}) => {
  const { word } = await threeOrganisations(api);
  await page.goto('/organisations');
  await expect(grid(page).getByRole('row').nth(1)).toBeVisible();

  await page.keyboard.press('/');
  await page.keyboard.type(word);
  await expect(page).toHaveURL(new RegExp(`q=${word}`));
  await expect.poll(() => names(page)).toEqual([`${word} A`, `${word} B`, `${word} C`]);

  await page.getByRole('button', { name: 'Ville', exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'Ville' })).toHaveAttribute('aria-sort', 'ascending');
  await expect.poll(() => names(page)).toEqual([`${word} B`, `${word} C`, `${word} A`]);

  await page.getByRole('button', { name: 'Filtrer' }).click();
  await page.getByRole('textbox', { name: 'Chercher un champ' }).fill('montant');
  await page.keyboard.press('Enter');
  await page.getByLabel('Au moins').fill('1500');
  await page.keyboard.press('Enter');
  await expect.poll(() => names(page)).toEqual([`${word} B`, `${word} C`]);
  await expectAccessible(page);

  await page.reload();
  await expect.poll(() => names(page)).toEqual([`${word} B`, `${word} C`]);
  await expect(page.getByRole('searchbox')).toHaveValue(word);
});

test('a view keeps a list under a name', async ({ page, api }) => {
  const { word } = await threeOrganisations(api);
  const view = unique('Vue');
  await page.goto(`/organisations?q=${word}&city=Brest`);
  await expect.poll(() => names(page)).toEqual([`${word} B`]);

  await page.getByRole('button', { name: 'Enregistrer comme vue' }).click();
  await page.getByRole('textbox', { name: 'Nom de la vue' }).fill(view);
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Enregistrer' }).click();
  const tab = page.getByRole('button', { name: view, exact: true });
  await expect(tab).toHaveAttribute('aria-current', 'true');

  await page.getByRole('button', { name: 'Retirer le filtre Ville' }).click();
  await expect(page.getByRole('img', { name: 'Modifiée' })).toBeVisible();
  await page.getByRole('button', { name: 'Rétablir' }).click();
  await expect.poll(() => names(page)).toEqual([`${word} B`]);

  await page.goto('/organisations');
  await tab.click();
  await expect.poll(() => names(page)).toEqual([`${word} B`]);

  await page.getByRole('button', { name: `Actions sur la vue ${view}` }).click();
  await page.getByRole('menuitem', { name: 'Supprimer' }).click();
  await expect(tab).toBeHidden();
});

test('a bulk action tells which record it could not change, and is undone', async ({ page, api }) => {
  const { word, items } = await threeOrganisations(api);
  await page.goto(`/organisations?q=${word}`);
  await expect.poll(() => names(page)).toHaveLength(3);
  await page.getByRole('checkbox', { name: 'Sélectionner toutes les lignes affichées' }).check();
  // Somebody else is faster: tags are written under the version that the list shows.
  const taken = items[1] as Json;
  await api.patch(`/organisations/${taken.id}`, Number(taken.version), { city: 'Vannes' });

  await page.getByRole('button', { name: 'Actions', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Ajouter des étiquettes' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Étiquettes').fill('salon');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab'); // the known tags are offered over the buttons until the field is left
  await dialog.getByRole('button', { name: 'Ajouter' }).click();

  await expect(dialog.getByText('Un enregistrement a été refusé :')).toBeVisible();
  await expect(dialog.getByRole('link', { name: `${word} B` })).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Fermer' }).last().click();
  expect((await api.get(`/organisations/${items[0]?.id}`)).tags).toEqual(['salon']);
  expect((await api.get(`/organisations/${taken.id}`)).tags).toEqual([]);

  await page.getByRole('button', { name: 'Annuler' }).click();
  await expect(page.getByText('Modification annulée')).toBeVisible();
  expect((await api.get(`/organisations/${items[0]?.id}`)).tags).toEqual([]);
});

test('a cell is changed from the keyboard alone, and the change taken back', async ({ page, api }) => {
  const { word, items } = await threeOrganisations(api);
  await page.goto(`/organisations?q=${word}&sort=name`);
  await expect.poll(() => names(page)).toHaveLength(3);

  await cellOf(rowOf(page, `${word} A`), 'name').focus();
  await page.keyboard.press('j');
  const city = cellOf(rowOf(page, `${word} B`), 'city');
  while (!(await city.evaluate((cell) => cell === document.activeElement))) {
    await page.keyboard.press('ArrowRight');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: 'Ville' }).fill('Quimper');
  await page.keyboard.press('Enter');

  await expect(city).toHaveText('Quimper');
  await expect(city).toBeFocused();
  await expect(page.getByText(/modification enregistrée/)).toBeVisible();
  expect((await api.get(`/organisations/${items[1]?.id}`)).city).toBe('Quimper');
  await page.getByRole('button', { name: 'Annuler' }).click();
  await expect(city).toHaveText('Brest');
  await expect.poll(async () => (await api.get(`/organisations/${items[1]?.id}`)).city).toBe('Brest');

  await cellOf(rowOf(page, `${word} B`), 'name').focus();
  await page.keyboard.press('o');
  await expect(page).toHaveURL(new RegExp(`/organisations/${items[1]?.id}`));
});

test('the list as it is shown becomes a file for a spreadsheet', async ({ page, api }) => {
  const { word } = await threeOrganisations(api);
  await page.goto(`/organisations?q=${word}&columns=name,city&sort=-city`);
  await expect.poll(() => names(page)).toHaveLength(3);

  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Exporter en CSV' }).click(),
  ]);

  const content = await readFile(await file.path(), 'utf8');
  expect(content.replace('\uFEFF', '').trim().split(/\r?\n/)).toEqual([
    'name;city',
    `${word} A;Nantes`,
    `${word} C;Lille`,
    `${word} B;Brest`,
  ]);
});

test('what was deleted is found in the trash and comes back', async ({ page, api }) => {
  const { word } = await threeOrganisations(api);
  await page.goto(`/organisations?q=${word}`);
  await expect.poll(() => names(page)).toHaveLength(3);

  await rowOf(page, `${word} A`).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Actions', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Mettre à la corbeille' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Mettre à la corbeille' }).click();
  await expect.poll(() => names(page)).toEqual([`${word} B`, `${word} C`]);

  await page.goto(`/trash?q=${word}`);
  const restore = page.getByRole('button', { name: `Restaurer ${word} A` });
  await expect(restore).toBeVisible();
  await expectAccessible(page);
  await restore.click();
  await expect(page.getByText(`${word} A : restauration effectuée`)).toBeVisible();
  await page.goto(`/organisations?q=${word}`);
  await expect.poll(() => names(page)).toHaveLength(3);
});

test('a viewer sees no control that writes', async ({ api, openAs }) => {
  const { word } = await threeOrganisations(api);
  const page = await openAs(await api.newUser('viewer'));
  await page.goto(`/organisations?q=${word}`);
  await expect.poll(() => names(page)).toHaveLength(3);

  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Nouvelle organisation' })).toHaveCount(0);
  await cellOf(rowOf(page, `${word} A`), 'city').dblclick();
  await expect(page.getByRole('textbox', { name: 'Ville' })).toHaveCount(0);
});

test('an interaction to do is read in the inbox and done with one click', async ({ page, api }) => {
  const { items } = await threeOrganisations(api);
  const subject = unique('Rappeler');
  const interaction = await api.post('/interactions', {
    type: 'phone',
    subject,
    content: 'Demande le rapport du trimestre.',
    occurred_at: '2026-01-05T09:00:00Z',
    status: 'todo',
    organisation_id: items[0]?.id,
  });
  await api.awaitListed(`/interactions?id=${interaction.id}`, interaction.id);
  await page.goto(`/interactions?organisation_id=${items[0]?.id}`);

  await page.getByRole('button', { name: subject, exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('Demande le rapport du trimestre.');
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Fermer' }).click();
  await page.getByRole('button', { name: `Marquer « ${subject} » comme fait` }).click();

  await expect(page.getByText(`« ${subject} » est fait`)).toBeVisible();
  await expect.poll(async () => (await api.get(`/interactions/${interaction.id}`)).status).toBe('done');
});

test.describe('on a phone', () => {
  test.use({ viewport: PHONE });

  test('a list is cards, with its filters in a drawer, and never scrolls sideways', async ({ page, api }) => {
    const { word } = await threeOrganisations(api);
    await page.goto(`/organisations?q=${word}`);
    await expect(page.getByRole('listitem').filter({ hasText: `${word} A` })).toBeVisible();

    await page.getByRole('button', { name: 'Filtres' }).click();
    const drawer = page.getByRole('dialog', { name: 'Filtres' });
    await drawer.getByRole('button', { name: /^Brest/ }).click();
    await expectAccessible(page);
    await drawer.getByRole('button', { name: 'Fermer' }).click();

    await expect(page.getByRole('listitem').filter({ hasText: `${word} A` })).toBeHidden();
    await expect(page.getByRole('listitem').filter({ hasText: `${word} B` })).toBeVisible();
    await expectAccessible(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  });
});

for (const path of ['/organisations', '/people', '/interactions', '/trash']) {
  test(`${path} is accessible`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
    await expectAccessible(page);
  });
}
