import { test as base, type Page } from '@playwright/test';
import { ADMIN, Api, type Credentials, SALES } from './api';
import { Guard } from './guard';

export { expect } from '@playwright/test';
export { ADMIN, SALES };

/** A phone of the smallest width the pages must fit. */
export const PHONE = { width: 360, height: 740 };

export interface Settings {
  /** Language of the pages. */
  language: 'fr' | 'en';
  /** Who is signed in when the test begins; null for nobody. */
  who: Credentials | null;
}

interface Fixtures extends Settings {
  /** Watches the page; the test fails when the page did what none may do. Use it to say what is expected to fail. */
  guard: Guard;
  /** Another browser of its own, signed in as somebody, under the same guard. */
  openAs: (who: Credentials) => Promise<Page>;
}

interface WorkerFixtures {
  /** The API as the demo administrator, to prepare what a test needs. */
  api: Api;
}

/** Playwright's `test` with a signed-in, guarded page. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  language: ['fr', { option: true }],
  who: [ADMIN, { option: true }],

  api: [
    async ({ playwright }, use, worker) => {
      const baseURL = String(worker.project.use.baseURL);
      const request = await playwright.request.newContext({ baseURL });
      await use(await Api.logIn(request, ADMIN));
      await request.dispose();
    },
    { scope: 'worker' },
  ],

  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures from this pattern
  guard: async ({}, use) => {
    const guard = new Guard();
    await use(guard);
    guard.expectNothing();
  },

  page: async ({ page, guard, language, who }, use) => {
    await prepare(page, guard, language);
    if (who) await signIn(page, who);
    await use(page);
  },

  openAs: async ({ browser, guard, language, contextOptions }, use) => {
    const pages: Page[] = [];
    await use(async (who) => {
      const page = await (await browser.newContext(contextOptions)).newPage();
      pages.push(page);
      await prepare(page, guard, language);
      await signIn(page, who);
      return page;
    });
    for (const page of pages) await page.context().close();
  },
});

async function prepare(page: Page, guard: Guard, language: 'fr' | 'en'): Promise<void> {
  await guard.watch(page);
  await page.addInitScript((chosen) => {
    if (!localStorage.getItem('alforis.language')) localStorage.setItem('alforis.language', chosen);
  }, language);
}

/** Sign in without the form: afterwards the page's refresh cookie opens the session on any address. */
export async function signIn(page: Page, { login, password }: Credentials): Promise<void> {
  await page.goto('/favicon.svg');
  const status = await page.evaluate(
    async (body) => {
      const answer = await fetch('/api/v1/auth/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      return answer.status;
    },
    { login, password },
  );
  if (status !== 200) throw new Error(`${login} could not sign in: ${status}`);
}

/** Sign in as a person does, on the page that asks for it. */
export async function signInByForm(page: Page, { login, password }: Credentials): Promise<void> {
  await page.locator('input[autocomplete="username"]').fill(login);
  await page.locator('input[autocomplete="current-password"]').fill(password);
  await page.keyboard.press('Enter');
}
