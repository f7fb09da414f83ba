import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import type { Api, Credentials } from './api';
import { showTheme } from './axe';
import { withPalette } from './palette';
import { ADMIN, PHONE, test } from './test';

const FOLDER = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url));
const WIDTHS = { desktop: { width: 1280, height: 800 }, phone: PHONE };

type Path = string | ((api: Api) => Promise<string>);

/**
 * Declare the pictures of one page: docs/screenshots/<name>-<fr|en>-<light|dark>-<desktop|phone>.png.
 * `path` may ask the API for the record to show; `ready` waits until the page shows what is worth a picture.
 */
export function screenshots(
  name: string,
  path: Path,
  ready: (page: Page) => Promise<void>,
  who: Credentials | null = ADMIN,
): void {
  for (const language of ['fr', 'en'] as const) {
    for (const [width, viewport] of Object.entries(WIDTHS)) {
      test.describe(`${name} ${language} ${width}`, () => {
        test.use({ language, viewport, who });
        test('is pictured in both themes', async ({ page, api }) => {
          await page.goto(typeof path === 'string' ? path : await path(api));
          await ready(page);
          mkdirSync(FOLDER, { recursive: true });
          for (const theme of ['light', 'dark'] as const) {
            await showTheme(page, theme);
            const picture = await page.screenshot({ animations: 'disabled', caret: 'hide' });
            writeFileSync(`${FOLDER}${name}-${language}-${theme}-${width}.png`, withPalette(picture));
          }
        });
      });
    }
  }
}
