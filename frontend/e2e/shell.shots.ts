import { expect } from '@playwright/test';
import { screenshots } from './support/screenshots';

const heading = async (page: import('@playwright/test').Page) => {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
};

screenshots('login', '/login', heading, null);
screenshots('help', '/help', heading);
