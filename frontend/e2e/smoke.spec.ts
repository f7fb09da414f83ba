import { expectAccessible } from './support/axe';
import { expect, test } from './support/test';

test.describe('signed out', () => {
  test.use({ who: null });

  test('any address asks to sign in', async ({ page }) => {
    await page.goto('/organisations');

    await expect(page).toHaveURL(/\/login\?next=/);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(page);
  });

  test('nothing secret is kept where a script can read it', async ({ page, context }) => {
    await page.goto('/login');
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();

    const kept = await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
    expect(kept.filter((key) => !key.startsWith('alforis.'))).toEqual([]);
    expect((await context.cookies()).filter((cookie) => !cookie.httpOnly)).toEqual([]);
  });
});

test('the dashboard opens for who is signed in', async ({ page }) => {
  await page.goto('/');

  await expect(page).toHaveURL('/');
  await expect(page.getByRole('navigation').first()).toBeVisible();
  await expectAccessible(page);
});

test('the page can run no script but its own, and the guard notices one that tries', async ({
  page,
  guard,
}) => {
  guard.allow(/script-src-elem inline|Content Security Policy/);
  await page.goto('/');

  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
  });

  await expect.poll(() => guard.noticed().join()).toContain('policy violation: script-src-elem inline');
  expect(await page.evaluate(() => 'injected' in window)).toBe(false);
});

test('a second person works in a browser of their own', async ({ api, page, openAs }) => {
  const viewer = await api.newUser('viewer');

  const other = await openAs(viewer);
  await other.goto('/');
  await page.goto('/');

  await expect(other.getByRole('navigation').first()).toBeVisible();
  await expect(page.getByRole('navigation').first()).toBeVisible();
});
