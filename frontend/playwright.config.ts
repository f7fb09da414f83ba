import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, systemChromium } from './e2e/support/chromium.mjs';
import type { Settings } from './e2e/support/test';

/** `make test-ui` starts a local cloud and gives its address; by hand it is the one of `make run`. */
const baseURL = process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? '8080'}`;

export default defineConfig<Settings>({
  testDir: 'e2e',
  // One folder for each cloud: a run empties its folder when it begins.
  outputDir: `test-results/${new URL(baseURL).port}`,
  reporter: process.env.CI ? [['list']] : [['list', { printSteps: false }]],
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: true,
  workers: 2,
  // Two workers, their browsers and a whole cloud share two cores on CI: what fails there gets a second try, and the
  // report names it as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: process.env.CI ? 120_000 : 60_000,
  // Each call of the API needs a process of its own on the local cloud, and four run at once.
  expect: { timeout: process.env.CI ? 30_000 : 15_000 },
  use: {
    baseURL,
    viewport: { width: 1280, height: 800 },
    locale: 'fr-FR',
    timezoneId: 'Europe/Paris',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: { executablePath: systemChromium(), args: CHROMIUM_FLAGS },
  },
  projects: [
    { name: 'journeys', testMatch: '**/*.spec.ts' },
    { name: 'screenshots', testMatch: '**/*.shots.ts' },
  ],
});
