import type { Page } from '@playwright/test';
import { unique } from './support/api';
import { expectAccessible } from './support/axe';
import { ADMIN, expect, PHONE, SALES, test } from './support/test';

/** The journeys of a day's work: the pipeline, tasks, the palette, notifications and the dashboard. */

const card = (page: Page, column: string, name: string) =>
  page.getByRole('region', { name: column, exact: true }).getByRole('listitem').filter({ hasText: name });

test('a deal is moved through the pipeline by keyboard and by dragging, and back by undo', async ({
  api,
  page,
}) => {
  const name = unique('Banque du Pipeline');
  const { id } = await api.post('/organisations', {
    name,
    type: 'client',
    pipeline_stage: 'prospect',
    potential_amount: '120000.00',
    signature_probability: 50,
  });
  await api.awaitListed(`/organisations?name=${encodeURIComponent(name)}`, id);
  await page.goto(`/pipeline?q=${encodeURIComponent(name.split(' ').at(-1) ?? name)}`);
  await expect(card(page, 'Prospect', name)).toBeVisible();
  await expectAccessible(page);

  await card(page, 'Prospect', name)
    .getByRole('button', { name: `Déplacer ${name}` })
    .focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Qualification' }).press('Enter');
  await expect(card(page, 'Qualification', name)).toBeVisible();
  await expect(page.getByRole('button', { name: `Déplacer ${name}` })).toBeFocused();

  await page.getByRole('button', { name: 'Annuler' }).click();
  await expect(card(page, 'Prospect', name)).toBeVisible();
  await expect.poll(async () => (await api.get(`/organisations/${id}`)).pipeline_stage).toBe('prospect');

  await card(page, 'Prospect', name).dragTo(page.getByRole('region', { name: 'Proposition', exact: true }));
  await expect(card(page, 'Proposition', name)).toBeVisible();
  await expect.poll(async () => (await api.get(`/organisations/${id}`)).pipeline_stage).toBe('proposition');
});

test('a task is added in a line, seen by status, in the week and in the month, and finished', async ({
  api,
  page,
}) => {
  test.slow();
  const title = unique('Appeler le dépositaire');
  await page.goto('/tasks?assigned_to=me');
  await page.getByRole('textbox', { name: 'Ajouter une tâche…' }).fill(title);
  await page.keyboard.press('Enter');
  await expect(page.getByText(`Tâche ajoutée : ${title}`)).toBeVisible();

  const word = title.split(' ').at(-1) ?? title;
  for (const layout of ['board', 'week', 'calendar']) {
    await page.goto(`/tasks?layout=${layout}&q=${word}`);
    await expect(page.getByText(title).first()).toBeVisible();
    await expectAccessible(page);
  }

  await page.goto(`/tasks?q=${word}`);
  await page.getByRole('checkbox', { name: `Marquer « ${title} » comme terminée` }).click();
  await expect(page.getByText(`Tâche terminée : ${title}`)).toBeVisible();
  const stored = async () => ((await api.get(`/tasks?q=${word}`)).items as { status: string }[])[0]?.status;
  await expect.poll(stored).toBe('done');
  await expectAccessible(page);
});

test('a misspelt name is found from the palette and opened with Enter', async ({ api, page }) => {
  const name = unique('Zephyrine Patrimoine');
  const { id } = await api.post('/organisations', { name, type: 'client' });
  await api.awaitListed(`/organisations?name=${encodeURIComponent(name)}`, id);
  await page.goto('/help');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();

  await page.keyboard.press('Control+k');
  const code = name.split(' ').at(-1);
  await page.getByRole('combobox').fill(`zefyrine ${code}`);
  await expect(page.getByRole('option', { name: new RegExp(name) })).toHaveAttribute('aria-selected', 'true');
  await expectAccessible(page);
  await page.keyboard.press('Enter');

  await expect(page).toHaveURL(`/organisations/${id}`);
});

test('the search page finds with typos, narrows by kind, and says when there is nothing', async ({
  page,
}) => {
  await page.goto('/search?q=alfroris');
  await expect(page.getByRole('link', { name: /Alforis Asset Management/ })).toBeVisible();
  await expectAccessible(page);

  await page.getByText('Personnes', { exact: true }).last().click();
  await expect(page).toHaveURL(/types=person/);

  await page.goto('/search?q=xqzwvkjh');
  await expect(page.getByText('Aucune fiche ne correspond à « xqzwvkjh ».')).toBeVisible();
});

test('what concerns a user reaches their open page, without asking', async ({ api, page, openAs }) => {
  const other = await openAs(SALES);
  const connected = other.waitForEvent('websocket', (socket) => socket.url().includes('/ws?ticket='));
  await other.goto('/notifications');
  const socket = await connected;
  const { items } = (await api.get('/users?username=user')) as unknown as { items: { id: string }[] };
  const title = unique('Rappeler le comité');
  const pushed = socket.waitForEvent('framereceived', {
    predicate: ({ payload }) => String(payload).includes(title),
    timeout: 40_000,
  });

  await api.post('/tasks', { title, priority: 'urgent', assigned_to: items[0]?.id });
  await pushed;

  await expect(other.getByRole('alert').filter({ hasText: title })).toBeVisible();
  await expect(other.getByRole('button', { name: /^Notifications \d+ non lue/ })).toBeVisible();
  await expectAccessible(other);
  await other.getByRole('alert').filter({ hasText: title }).getByRole('button', { name: 'Ouvrir' }).click();
  await expect(other).toHaveURL(/\/tasks\//);
  await page.goto('/notifications');
  await expect(page.getByRole('heading', { level: 1, name: 'Notifications' })).toBeVisible();
});

test('the dashboard greets, counts, and each figure leads to what it counts', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Bonjour');
  await expect(page.getByRole('heading', { name: 'Pipeline par étape' })).toBeVisible({ timeout: 40_000 });
  await expectAccessible(page);

  const row = page.getByRole('row', { name: /Prospect/ });
  const count = await row.getByRole('cell').nth(1).innerText();
  await row.getByRole('link', { name: 'Prospect' }).click();
  await expect(page).toHaveURL(/\/organisations\?pipeline_stage=prospect/);
  await expect(
    page
      .getByRole('status')
      .filter({ hasText: ` ${count}` })
      .first(),
  ).toBeVisible();
});

test.describe('on a phone', () => {
  test.use({ viewport: PHONE, who: ADMIN });

  for (const path of [
    '/',
    '/pipeline',
    '/tasks',
    '/tasks?layout=calendar',
    '/search?q=alforis',
    '/notifications',
    '/help',
  ]) {
    test(`${path} fits the width`, async ({ page }) => {
      await page.goto(path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();

      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth))
        .toBeLessThanOrEqual(0);
      await expectAccessible(page);
    });
  }
});
