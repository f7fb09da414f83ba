import type { Page } from '@playwright/test';
import { type Api, type Json, unique } from './support/api';
import { expectAccessible } from './support/axe';
import { expect, test } from './support/test';

const nameField = (page: Page) => page.getByRole('dialog').getByRole('textbox', { name: /^Nom/ }).first();

async function newOrganisation(api: Api, fields: Record<string, unknown> = {}): Promise<Json> {
  return api.post('/organisations', { name: unique('Banque Fictive'), ...fields });
}

async function opened(page: Page, record: Json, tab = ''): Promise<void> {
  await page.goto(`/organisations/${record.id}${tab && `?tab=${tab}`}`);
  await expect(page.getByRole('heading', { level: 1, name: String(record.name) })).toBeVisible();
}

async function editField(page: Page, field: string, value: string): Promise<void> {
  await page.getByRole('button', { name: `Modifier : ${field}` }).press('Enter');
  const input = page.getByRole('textbox', { name: field, exact: true });
  await input.fill(value);
  await input.press('Enter');
}

test('an organisation is created with its contact, once, and its page opens', async ({ page }) => {
  const name = unique('Caisse des Essais');
  await page.goto('/organisations');
  await page.getByRole('button', { name: 'Nouvelle organisation' }).first().click();
  await nameField(page).fill(name);
  await page.getByText('Nouvelle personne', { exact: true }).click();
  const contact = page.getByRole('dialog').getByRole('region', { name: 'Contact' });
  await contact.getByRole('textbox', { name: /^Nom/ }).fill('Lemaire');
  await contact.getByRole('textbox', { name: 'Prénom' }).fill('Claire');
  await contact.getByRole('textbox', { name: 'Poste' }).fill('Trésorière');
  await expectAccessible(page);
  await contact.getByRole('textbox', { name: 'Poste' }).press('Control+Enter');

  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await page.getByRole('tab', { name: 'Personnes' }).click();
  await expect(page.getByRole('link', { name: 'Claire Lemaire' })).toBeVisible();
  await expect(page.getByText('Contact principal').first()).toBeVisible();
  await expect(page.getByText('Trésorière').first()).toBeVisible();
});

test('a form that was begun asks before it is left', async ({ page }) => {
  await page.goto('/organisations');
  await page.getByRole('button', { name: 'Nouvelle organisation' }).first().click();
  await nameField(page).fill('Presque');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Continuer' }).click();
  await expect(nameField(page)).toHaveValue('Presque');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Abandonner' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a refused value is named at its field', async ({ page, api }) => {
  const lei = '969500T3MBS4SQAMHJ45';
  const organisation = await newOrganisation(api);
  await opened(page, organisation);
  await page.getByRole('button', { name: 'Modifier', exact: true }).click();
  await page.getByRole('button', { name: /champs de plus/ }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'LEI' }).fill(`${lei}9`);
  await page.getByRole('button', { name: 'Enregistrer' }).click();

  await expect(page.getByText(/pas un LEI valable/)).toBeVisible();
  await expect(page.getByRole('dialog').getByRole('textbox', { name: 'LEI' })).toBeFocused();
});

test('a call is logged with the keyboard and stands on the timeline', async ({ page, api }) => {
  const organisation = await newOrganisation(api);
  await opened(page, organisation);
  const composer = page.getByRole('region', { name: 'Consigner une interaction' });
  await composer.getByRole('textbox', { name: 'Objet' }).fill('Appel de suivi');
  await composer.getByRole('textbox', { name: 'Contenu' }).fill('Rappeler lundi.');
  await composer.getByRole('textbox', { name: 'Contenu' }).press('Control+Enter');

  const timeline = page.getByRole('region', { name: 'Fil d’activité' });
  await expect(timeline.getByRole('link', { name: 'Appel de suivi' })).toBeVisible();
  await expect(timeline.getByText('Rappeler lundi.')).toBeVisible();
  await expectAccessible(page);
});

test('two people change the same field: the second chooses, and what does not collide is merged', async ({
  page,
  api,
  openAs,
}) => {
  const manager = await api.newUser('manager');
  const organisation = await newOrganisation(api, { city: 'Paris' });
  const other = await openAs(manager);
  await opened(page, organisation);
  await opened(other, organisation);

  await page.getByRole('button', { name: /champs vides/ }).click();
  await editField(page, 'Code postal', '75001');
  await editField(page, 'Ville', 'Lyon');
  await expect(page.getByText('Ville : enregistré')).toBeVisible();
  await editField(other, 'Ville', 'Lille');

  const dialog = other.getByRole('dialog');
  await expect(dialog.getByText('Quelqu’un a enregistré avant vous')).toBeVisible();
  await expectAccessible(other);
  await dialog.getByRole('radio', { name: /Lille/ }).check();
  await dialog.getByRole('button', { name: 'Enregistrer', exact: true }).click();
  await expect(dialog).toHaveCount(0);

  await expect
    .poll(async () => {
      const { city, postal_code } = await api.get(`/organisations/${organisation.id}`);
      return { city, postal_code };
    })
    .toEqual({ city: 'Lille', postal_code: '75001' });
});

test('quick edits one after the other conflict with nobody', async ({ page, api }) => {
  const organisation = await newOrganisation(api, { city: 'Paris' });
  await opened(page, organisation);
  for (const city of ['Lyon', 'Nice', 'Metz']) await editField(page, 'Ville', city);

  await expect.poll(async () => (await api.get(`/organisations/${organisation.id}`)).city).toBe('Metz');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a field is taken back from the history, and the taking back undone', async ({ page, api }) => {
  const organisation = await newOrganisation(api, { city: 'Paris' });
  await api.patch(`/organisations/${organisation.id}`, 1, {
    city: 'Nantes',
    pipeline_stage: 'qualification',
  });
  await opened(page, organisation, 'history');

  await expect(page.getByText(/Étape\s:/)).toContainText('Prospect');
  await page.getByRole('button', { name: 'Comparer avec la version 1' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Rétablir : Ville' }).click();
  await expect.poll(async () => (await api.get(`/organisations/${organisation.id}`)).city).toBe('Paris');
  expect((await api.get(`/organisations/${organisation.id}`)).pipeline_stage).toBe('qualification');

  await page.getByRole('dialog').getByRole('button', { name: 'Fermer' }).last().click();
  await page.getByRole('button', { name: 'Annuler' }).first().click();
  await expect.poll(async () => (await api.get(`/organisations/${organisation.id}`)).city).toBe('Nantes');
});

test('what is deleted goes to the trash, and one click takes it out', async ({ page, api }) => {
  const organisation = await newOrganisation(api);
  await opened(page, organisation);
  await page.getByRole('button', { name: 'Autres actions' }).click();
  await page.getByRole('menuitem', { name: 'Supprimer' }).click();
  await expect(page).toHaveURL(/\/organisations$/);
  await page.getByRole('button', { name: 'Annuler' }).click();
  await expect(page.getByText(/est restauré/)).toBeVisible();
  expect((await api.get(`/organisations/${organisation.id}`)).deleted_at).toBeNull();

  await opened(page, organisation);
  await page.getByRole('button', { name: 'Autres actions' }).click();
  await page.getByRole('menuitem', { name: 'Supprimer' }).click();
  await expect(page).toHaveURL(/\/organisations$/);
  await page.goto(`/organisations/${organisation.id}`);
  await expect(page.getByText('Cette fiche est dans la corbeille')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Restaurer' }).click();
  await expect(page.getByRole('tab', { name: 'Activité' })).toBeVisible();
  expect((await api.get(`/organisations/${organisation.id}`)).deleted_at).toBeNull();
});

test('who may only read sees no control that writes, and why they see the record', async ({
  api,
  openAs,
}) => {
  const viewer = await api.newUser('viewer');
  const organisation = await newOrganisation(api);
  const page = await openAs(viewer);
  await opened(page, organisation);
  await expect(page.getByRole('region', { name: 'Fil d’activité' })).toBeVisible();

  await expect(page.getByRole('button', { name: /Modifier/ })).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Consigner une interaction' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Qualification' })).toBeDisabled();
  await page.getByRole('tab', { name: 'Personnes' }).click();
  await expect(page.getByText('Aucune personne rattachée')).toBeVisible();
  await expect(page.getByRole('button', { name: /Rattacher|Nouvelle personne/ })).toHaveCount(0);

  await page.getByRole('button', { name: 'Autres actions' }).click();
  await expect(page.getByRole('menuitem', { name: 'Supprimer' })).toHaveCount(0);
  await page.getByRole('menuitem', { name: 'Qui peut voir cette fiche' }).click();
  await expect(page.getByText(/la fiche est à votre équipe/).first()).toBeVisible();
  await expectAccessible(page);
});

for (const [kind, path, fields] of [
  ['person', 'people', { last_name: unique('Durand') }],
  ['task', 'tasks', { title: unique('Relancer') }],
] as const) {
  test(`the page of a ${kind} is accessible`, async ({ page, api }) => {
    const record = await api.post(`/${path}`, fields);
    await page.goto(`/${path}/${record.id}`);

    await expect(page.getByRole('tab', { name: 'Historique' })).toBeVisible();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(Object.values(fields)[0] ?? '');
    await expectAccessible(page);
  });
}
