import { unique } from './support/api';
import { expectAccessible } from './support/axe';
import { expect, PHONE, test } from './support/test';

/** Users, teams, roles, and who did and saw what. */

test('somebody is invited, deactivated, activated and deleted', async ({ page }) => {
  const email = `nina-${Date.now()}@example.com`;
  const row = page.getByRole('row').filter({ hasText: email });
  await page.goto('/settings/users');
  await page.getByRole('button', { name: 'Inviter un utilisateur' }).click();
  const dialogue = page.getByRole('dialog');
  await dialogue.getByLabel('E-mail').fill(email);
  await dialogue.getByLabel('Identifiant').click();
  await expect(dialogue.getByLabel('Identifiant')).toHaveValue(email.split('@')[0] ?? '');
  await dialogue.getByLabel('Prénom').fill('Nina');
  await dialogue.getByRole('combobox', { name: 'Rôle' }).click();
  await page.getByRole('option', { name: 'Commercial' }).click();
  await expectAccessible(page);
  await dialogue.getByRole('button', { name: 'Envoyer l’invitation' }).click();
  await expect(page.getByText(`Invitation envoyée à ${email}`)).toBeVisible();
  await expect(row).toBeVisible();
  await expectAccessible(page);

  const act = async (action: string) => {
    await row.getByRole('button', { name: 'Actions pour Nina' }).click();
    await page.getByRole('menuitem', { name: action }).click();
  };
  await act('Désactiver');
  await page.getByRole('dialog').getByRole('button', { name: 'Désactiver' }).click();
  await expect(page.getByText('Nina ne peut plus se connecter')).toBeVisible();
  await act('Réactiver');
  await expect(page.getByText('Nina peut de nouveau se connecter')).toBeVisible();
  await act('Supprimer');
  await page.getByRole('dialog').getByRole('button', { name: 'Supprimer' }).click();
  await expect(row).toBeHidden();
});

test('a team with members is not deleted, and says why', async ({ page, api }) => {
  const team = await api.post('/teams', { name: unique('Équipe') });
  const username = `membre-${Date.now()}`;
  await api.post('/users', { email: `${username}@example.com`, username, role: 'viewer', team_id: team.id });
  await page.goto(`/settings/teams?q=${encodeURIComponent(String(team.name))}`);
  const row = page.getByRole('row').filter({ hasText: String(team.name) });
  await expect(row.getByRole('link', { name: '1 membre' })).toBeVisible();
  await expectAccessible(page);

  await row.getByRole('button', { name: `Actions pour ${team.name}` }).click();
  await page.getByRole('menuitem', { name: 'Supprimer' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Supprimer' }).click();

  await expect(page.getByRole('alert').filter({ hasText: 'encore utilisée' })).toBeVisible();
  await expect(row).toBeVisible();
});

test('a role is copied, changed by keyboard in its grid, and deleted', async ({ page, api }) => {
  const name = unique('Chargé d’affaires');
  await page.goto('/settings/roles');
  await expect(page.getByRole('link', { name: 'Lecture' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Créer un rôle' }).click();
  await page.getByLabel('Nom du rôle').fill(name);
  await page.getByRole('button', { name: 'Créer', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  const slug = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  expect(slug).toMatch(/^charge-d-affaires-/);

  const read = page.getByRole('checkbox', { name: 'Organisations : Consulter' });
  const update = page.getByRole('checkbox', { name: 'Organisations : Modifier' });
  await expect(read).toBeChecked();
  await read.focus();
  await page.keyboard.press('ArrowRight');
  await expect(update).toBeFocused();
  await page.keyboard.press('Space');
  await expect(update).toBeChecked();
  await page.getByRole('checkbox', { name: 'Exporter : toutes les ressources' }).click();
  await page.getByRole('combobox', { name: 'Portée : Tâches' }).click();
  await page.getByRole('option', { name: 'Les siens' }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Enregistrer' }).click();
  await expect(page.getByText('Modifications non enregistrées')).toBeHidden();

  const stored = (await api.get(`/roles/${slug}`)) as unknown as {
    permissions: string[];
    scopes: Record<string, string>;
  };
  expect(stored.permissions).toContain('organisations:update');
  expect(stored.permissions.filter((permission) => permission.endsWith(':export'))).toHaveLength(17);
  expect(stored.scopes.tasks).toBe('own');

  await page.getByRole('button', { name: 'Supprimer' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Supprimer' }).click();
  await expect(page).toHaveURL('/settings/roles');
});

test('unsaved changes of a role are not lost by leaving', async ({ page }) => {
  await page.goto('/settings/roles/viewer');
  await page.getByRole('checkbox', { name: 'Organisations : Modifier' }).click();
  await page.getByRole('link', { name: 'Équipes' }).click();

  await page.getByRole('dialog').getByRole('button', { name: 'Rester' }).click();
  await expect(page.getByRole('checkbox', { name: 'Organisations : Modifier' })).toBeChecked();
  await page.getByRole('link', { name: 'Équipes' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Abandonner' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Équipes' })).toBeVisible();
});

test('nobody changes what their own role grants', async ({ page }) => {
  await page.goto('/settings/roles/admin');

  await expect(page.getByText('a toujours toutes les permissions')).toBeVisible();
  const box = page.getByRole('checkbox', { name: 'Organisations : Supprimer' });
  await box.click({ force: true });
  await expect(box).toBeChecked();
  await expect(page.getByRole('button', { name: 'Enregistrer' })).toBeHidden();
});

test('the audit trail tells who changed what, and what was refused', async ({ page, api, openAs }) => {
  const team = await api.post('/teams', { name: unique('Avant') });
  await api.patch(`/teams/${team.id}`, Number(team.version), { name: unique('Après') });
  await page.goto('/settings/audit?kind=team&action=team.update');

  const entry = page.getByRole('listitem').filter({ hasText: 'Après' }).first();
  await expect(entry).toBeVisible();
  await entry.getByRole('button').click();
  await expect(entry.getByRole('row').filter({ hasText: String(team.name) })).toBeVisible();
  await expectAccessible(page);

  const viewer = await openAs(await api.newUser('viewer'));
  await viewer.goto('/');
  await viewer.evaluate(async () => {
    const answer = await fetch('/api/v1/auth/refresh', {
      method: 'POST',
      headers: { 'X-Requested-With': 'alforis' },
    });
    const { access_token } = await answer.json();
    await fetch('/api/v1/audit', { headers: { Authorization: `Bearer ${access_token}` } });
  });
  await page.goto('/settings/audit?outcome=denied');
  await expect(page.getByText('Requête refusée : GET /v1/audit').first()).toBeVisible();
});

test('the access log tells who was shown whose data', async ({ page, api }) => {
  const person = await api.post('/people', { first_name: 'Paula', last_name: unique('Vue') });
  await api.get(`/people/${person.id}`);
  await page.goto(`/settings/access-log?kind=person&record_id=${person.id}`);

  await expect(async () => {
    await page.reload();
    await expect(page.getByRole('listitem').first()).toContainText('Paula', { timeout: 3_000 });
  }).toPass({ timeout: 40_000 });
  await expect(page.getByText('fiche consultée').first()).toBeVisible();
  await expectAccessible(page);
});

test('a viewer is told which permission a page needs', async ({ api, openAs }) => {
  const page = await openAs(await api.newUser('viewer'));
  await page.goto('/settings/audit');

  await expect(page.getByRole('heading', { level: 1, name: 'Accès refusé' })).toBeVisible();
  await expect(page.getByText('settings:manage')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Journal d’audit' })).toBeHidden();
  await expectAccessible(page);

  await page.goto('/settings/users');
  await expect(page.getByRole('heading', { level: 1, name: 'Utilisateurs' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Inviter un utilisateur' })).toBeHidden();
});

test('administration fits a phone', async ({ page }) => {
  await page.setViewportSize(PHONE);
  for (const path of ['users', 'teams', 'roles', 'roles/support', 'audit', 'access-log']) {
    await page.goto(`/settings/${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await page.waitForLoadState('networkidle');
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth),
      `width of ${path}`,
    ).toBeLessThanOrEqual(PHONE.width);
    await expectAccessible(page);
  }
});

test('the navigation folds to icons, and stays so', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Réduire la navigation' }).click();
  await expect(page.getByRole('link', { name: 'Organisations', exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Déployer la navigation' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Organisations', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Organisations' })).toBeFocused();
  await expect(page).toHaveTitle(/^Organisations · /);
});
