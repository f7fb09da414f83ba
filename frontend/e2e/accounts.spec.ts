import { createHmac } from 'node:crypto';
import type { APIRequestContext as Elsewhere, Page } from '@playwright/test';
import type { Credentials } from './support/api';
import { expectAccessible } from './support/axe';
import { expect, PHONE, signInByForm, test } from './support/test';

/** Logging in and out, sessions that end, one's own account. Every test has users of its own. */

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

/** The code an authenticator app shows: RFC 6238 with SHA-1, 30 s and 6 digits. */
function authenticatorCode(secret: string, stepsAhead = 0): string {
  const bits = [...secret.replace(/\s/g, '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + stepsAhead));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Menu de/ }).click();
  await page.getByRole('menuitem', { name: 'Se déconnecter' }).click();
  await expect(heading(page, 'Connexion')).toBeVisible();
}

test.describe('signed out', () => {
  test.use({ who: null });

  test('a wrong password is said, the right one opens the page that was asked for', async ({ page, api }) => {
    const user = await api.newUser('sales');
    await page.goto('/settings/profile');
    await expect(page).toHaveURL(/\/login\?next=%2Fsettings%2Fprofile$/);

    await signInByForm(page, { ...user, password: 'not the password' });
    await expect(page.getByRole('alert')).toContainText('Identifiant ou mot de passe incorrect');
    await expectAccessible(page);

    await signInByForm(page, user);
    await expect(heading(page, 'Profil')).toBeVisible();
    await expect(page).toHaveURL('/settings/profile');
  });

  test('too many attempts must wait, and see for how long', async ({ page }) => {
    await page.goto('/login');
    const nobody = { login: `nobody-${Date.now()}@example.com`, password: 'guess' };
    const waiting = page.getByText('Trop de tentatives');

    await expect(async () => {
      await signInByForm(page, nobody);
      await expect(waiting).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 45_000 });

    await expect(page.getByRole('button', { name: 'Se connecter' })).toBeDisabled();
    await expectAccessible(page);
    await expect(page.getByRole('button', { name: 'Se connecter' })).toBeEnabled({ timeout: 30_000 });
  });

  test('a forgotten password is replaced with the mail’s link, which works once', async ({ page, api }) => {
    const user = await api.newUser('viewer');
    await page.goto('/login');
    await page.getByRole('link', { name: 'Mot de passe oublié ?' }).click();
    await page.getByLabel('Adresse e-mail').fill(user.login);
    await page.getByRole('button', { name: 'Envoyer le lien' }).click();
    await expect(heading(page, 'Consultez votre messagerie')).toBeVisible();
    await expectAccessible(page);

    const token = await api.mailedToken(user.login, 'reset-password');
    await page.goto(`/reset-password#token=${token}`);
    await expect(heading(page, 'Choisir un nouveau mot de passe')).toBeVisible();
    await expect(page).toHaveURL('/reset-password');
    expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain(token);

    const password = 'Trois moulins jaunes, 2 ponts';
    await page.getByLabel('Nouveau mot de passe').fill('password');
    await page.getByLabel('Confirmer le mot de passe').fill('password');
    await page.getByRole('button', { name: 'Enregistrer le mot de passe' }).click();
    await expect(page.getByText('l’un des plus courants')).toBeVisible();
    await expectAccessible(page);
    await page.getByLabel('Nouveau mot de passe').fill(password);
    await page.getByLabel('Confirmer le mot de passe').fill(password);
    await page.getByRole('button', { name: 'Enregistrer le mot de passe' }).click();
    await expect(heading(page, 'Mot de passe enregistré')).toBeVisible();

    await page.getByRole('link', { name: 'Se connecter' }).click();
    await signInByForm(page, { login: user.login, password });
    await expect(page.locator('#main')).toBeVisible();

    await page.goto(`/reset-password#token=${token}`);
    await page.reload();
    await expect(heading(page, 'Ce lien n’est plus valable')).toBeVisible();
  });

  test('an invitation says whom it is for and opens the account', async ({ page, api }) => {
    const login = `invited-${Date.now()}@example.com`;
    await api.post('/users', {
      email: login,
      username: login.split('@')[0],
      role: 'viewer',
      team_id: api.user.team_id,
      first_name: 'Iris',
      locale: 'fr',
    });
    const token = await api.mailedToken(login, 'invitation');
    await page.goto(`/invitation#token=${token}`);

    await expect(heading(page, 'Bienvenue, Iris')).toBeVisible();
    await expect(page).toHaveURL('/invitation');
    await expect(page.getByText(login)).toBeVisible();
    await expectAccessible(page);
    const password = 'Sept bateaux rouges au port';
    await page.getByLabel('Nouveau mot de passe').fill(password);
    await page.getByLabel('Confirmer le mot de passe').fill(password);
    await page.getByRole('button', { name: 'Ouvrir mon compte' }).click();
    await expect(heading(page, 'Votre compte est ouvert')).toBeVisible();

    await page.goto('/invitation#token=made.up');
    await expect(heading(page, 'Cette invitation n’est plus valable')).toBeVisible();
    await expectAccessible(page);
  });

  test('a second factor is set up, asked for at login, and taken off', async ({ page, api }) => {
    test.slow();
    const user = await api.newUser('sales');
    await page.goto('/login?next=/settings/security');
    await signInByForm(page, user);
    await page.getByRole('button', { name: 'Activer la double authentification' }).click();
    const dialogue = page.getByRole('dialog');
    await dialogue.getByLabel('Mot de passe actuel').fill(user.password);
    await dialogue.getByRole('button', { name: 'Continuer' }).click();
    const secret = await dialogue.locator('code').innerText();
    await expectAccessible(page);
    await dialogue.getByLabel('Code à 6 chiffres').fill(authenticatorCode(secret));
    await dialogue.getByRole('button', { name: 'Activer' }).click();
    await expect(dialogue.locator('.codes code')).toHaveCount(10);
    const codes = await dialogue.locator('.codes code').allInnerTexts();
    await expectAccessible(page);
    await dialogue.getByRole('button', { name: 'J’ai gardé mes codes' }).click();
    await expect(page.getByText('Activée', { exact: true })).toBeVisible();

    await logOut(page);
    await signInByForm(page, user);
    await page.getByLabel('Code de vérification').fill('000000');
    await expect(page.getByRole('alert')).toContainText('n’est pas valable');
    await expectAccessible(page);
    await page.getByLabel('Code de vérification').fill(authenticatorCode(secret, 1));
    await expect(page.locator('#main')).toBeVisible();

    await logOut(page);
    await signInByForm(page, user);
    await page.getByRole('button', { name: 'Utiliser un code de secours' }).click();
    await page.getByLabel('Code de secours').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Vérifier' }).click();
    await expect(page.locator('#main')).toBeVisible();

    await page.goto('/settings/security');
    await page.getByRole('button', { name: 'Désactiver' }).click();
    await dialogue.getByLabel('Mot de passe actuel').fill(user.password);
    await dialogue.getByRole('button', { name: 'Désactiver' }).click();
    await expect(page.getByText('Désactivée', { exact: true })).toBeVisible();
  });

  test('the language of the profile is spoken, unless another was chosen on this machine', async ({
    browser,
    page,
    api,
  }) => {
    const user = await api.newUser('viewer');
    await page.goto('/login?next=/settings/profile');
    await signInByForm(page, user);
    await page.getByRole('combobox', { name: 'Langue' }).click();
    await page.getByRole('option', { name: 'English' }).click();
    await page.getByLabel('Prénom').fill('Vera');
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await expect(heading(page, 'Profile')).toBeVisible();
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.getByRole('button', { name: 'Menu of Vera Nouvelle' })).toBeVisible();
    await expectAccessible(page);

    const fresh = await browser.newPage();
    await fresh.goto('/login');
    await expect(heading(fresh, 'Connexion')).toBeVisible();
    await signInByForm(fresh, user);
    await expect(fresh.getByRole('button', { name: 'Menu of Vera Nouvelle' })).toBeVisible();
    await fresh.close();

    const chosen = await browser.newPage();
    await chosen.goto('/login');
    await chosen.getByRole('button', { name: 'Langue' }).click();
    await chosen.getByRole('menuitemradio', { name: 'Français' }).click();
    await signInByForm(chosen, user);
    await expect(chosen.getByRole('button', { name: 'Menu de Vera Nouvelle' })).toBeVisible();
    await chosen.close();
  });

  test('a session that ends at work asks for the password over the page and keeps what was typed', async ({
    page,
    api,
    playwright,
    baseURL,
  }) => {
    const user = await api.newUser('sales');
    await page.goto('/login?next=/settings/profile');
    await signInByForm(page, user);
    await page.getByLabel('Prénom').fill('Reine');
    await endSessions(playwright, String(baseURL), user);

    await page.getByRole('button', { name: 'Enregistrer' }).click();
    const dialogue = page.getByRole('dialog', { name: 'Votre session est terminée' });
    await expect(dialogue).toBeVisible();
    await expectAccessible(page);
    await dialogue.locator('input[autocomplete="current-password"]').fill(user.password);
    await page.keyboard.press('Enter');

    await expect(dialogue).toBeHidden();
    await expect(page.getByLabel('Prénom')).toHaveValue('Reine');
    await expect(page.getByRole('button', { name: 'Menu de Reine Nouvelle' })).toBeVisible();
  });

  test('who logs in as somebody else after the session ended begins anew', async ({
    page,
    api,
    playwright,
    baseURL,
  }) => {
    const [first, second] = [await api.newUser('sales'), await api.newUser('viewer')];
    await page.goto('/login?next=/settings/profile');
    await signInByForm(page, first);
    await page.getByLabel('Prénom').fill('Reine');
    await endSessions(playwright, String(baseURL), first);
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();

    await signInByForm(page, second);

    await expect(page).toHaveURL('/');
    await expect(page.getByRole('dialog')).toBeHidden();
  });

  test('logging out in one tab logs the other out', async ({ page, api, context }) => {
    const user = await api.newUser('viewer');
    await page.goto('/login');
    await signInByForm(page, user);
    await expect(page.locator('#main')).toBeVisible();
    const other = await context.newPage();
    await other.goto('/help');
    await expect(other.locator('#main')).toBeVisible();

    await logOut(page);
    await expect(heading(other, 'Connexion')).toBeVisible();

    await signInByForm(page, user);
    await expect(other.locator('#main')).toBeVisible();
  });
});

test('an API key is made with what one has oneself, shown once, and revoked', async ({ page, api }) => {
  const name = `Passerelle ${Date.now()}`;
  await page.goto('/settings/api-keys');
  await page.getByRole('button', { name: 'Créer une clé' }).first().click();
  const dialogue = page.getByRole('dialog');
  await dialogue.getByLabel('Nom').fill(name);
  await dialogue.getByRole('checkbox', { name: 'Organisations : Consulter' }).check();
  await expectAccessible(page);
  await dialogue.getByRole('button', { name: 'Créer une clé' }).click();
  const secret = await dialogue.locator('pre').innerText();
  expect(secret).toMatch(/^alf_/);
  await dialogue.getByRole('button', { name: 'J’ai copié la clé' }).click();
  await expect(page.getByText(name)).toBeVisible();
  await expect(page.getByText(secret)).toBeHidden();
  await expectAccessible(page);

  await page.getByRole('button', { name: `Révoquer ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Révoquer' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: name })).toBeHidden();
  const left = (await api.get('/api-keys')).items as { name: string }[];
  expect(left.map((key) => key.name)).not.toContain(name);
});

test('the own pages fit a phone', async ({ page }) => {
  await page.setViewportSize(PHONE);
  for (const path of ['/settings/profile', '/settings/security', '/settings/api-keys']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
  }
  await page.getByRole('button', { name: 'Ouvrir la navigation' }).click();
  const drawer = page.getByRole('dialog');
  await expectAccessible(page);
  await drawer.getByRole('link', { name: 'Sécurité' }).click();
  await expect(heading(page, 'Sécurité')).toBeVisible();
  await expect(drawer).toBeHidden();
  await expectAccessible(page);
});

/** Ends every session of the user from elsewhere. */
async function endSessions(
  playwright: { request: { newContext: (options: { baseURL: string }) => Promise<Elsewhere> } },
  baseURL: string,
  { login, password }: Credentials,
): Promise<void> {
  const elsewhere = await playwright.request.newContext({ baseURL });
  const tokens = await (await elsewhere.post('/api/v1/auth/login', { data: { login, password } })).json();
  const ended = await elsewhere.post('/api/v1/auth/logout-everywhere', {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  });
  expect(ended.status()).toBe(204);
  await elsewhere.dispose();
}
