import { expect, type Page } from '@playwright/test';
import type { Api, Json } from './support/api';
import { screenshots } from './support/screenshots';

const settled = async (page: Page) => {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.waitForLoadState('networkidle');
};

/** The path of the record that a list finds first. */
const first =
  (resource: string, name: string, tab = '') =>
  async (api: Api) => {
    const [record] = (await api.get(`/${resource}?${name}&limit=1`)).items as Json[];
    return `/${resource}/${record?.id}${tab}`;
  };

screenshots('dashboard', '/', settled);
screenshots('organisations', '/organisations', settled);
screenshots('organisation', first('organisations', 'name=ACME%20Investments'), settled);
screenshots(
  'organisation-related',
  first('organisations', 'name=ACME%20Investments', '?tab=related'),
  settled,
);
screenshots('people', '/people', settled);
screenshots('person', first('people', 'last_name=Dupont'), settled);
screenshots('interactions', '/interactions', settled);
screenshots('interaction', first('interactions', 'sort=id'), settled);
screenshots('tasks', '/tasks', settled);
screenshots('tasks-board', '/tasks?layout=board', settled);
screenshots('tasks-week', '/tasks?layout=week', settled);
screenshots('tasks-month', '/tasks?layout=calendar', settled);
screenshots('task', first('tasks', 'sort=id'), settled);
screenshots('pipeline', '/pipeline', settled);
screenshots('produits', '/produits', settled);
screenshots('mandats', '/mandats', settled);
screenshots('contracts', '/contracts', settled);
screenshots('events', '/events', settled);
screenshots('event', first('events', 'sort=id'), settled);
screenshots('search', '/search?q=akme', settled);
screenshots('notifications', '/notifications', settled);
screenshots('trash', '/trash', settled);
screenshots('profile', '/settings/profile', settled);
screenshots('security', '/settings/security', settled);
screenshots('api-keys', '/settings/api-keys', settled);
screenshots('users', '/settings/users', settled);
screenshots('teams', '/settings/teams', settled);
screenshots('roles', '/settings/roles', settled);
screenshots('role', '/settings/roles/sales', settled);
screenshots('audit', '/settings/audit', settled);
screenshots('access-log', '/settings/access-log', settled);
