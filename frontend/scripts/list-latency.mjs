// From a click on a column's head to the painted rows of the new order, in Chromium:
// `node scripts/list-latency.mjs <origin>` prints {"sort": [ms, …], "search": [ms, …], "total": n} as JSON.
import { chromium } from '@playwright/test';
import { CHROMIUM_FLAGS, systemChromium } from '../e2e/support/chromium.mjs';

const LOGIN = { login: 'admin@alforis.com', password: 'admin123' };
// Each question is asked once only: what was answered before is shown from memory.
const FILTERS = ['', '?type=client', '?pipeline_stage=prospect', '?is_active=true', '?city=Paris'];
const SEARCHES = ['capital', 'gestion', 'patrim', 'conseil', 'partners', 'finance', 'assur', 'invest'];
const GRID = 'table[role=grid]';
const SETTLED = `${GRID}[aria-busy=false] tr[data-row]`;
const WARM_UP_CALLS = 12;
const FUNCTIONS_AT_ONCE = 4;

const [origin] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: systemChromium(), args: CHROMIUM_FLAGS });
try {
  const page = await browser.newPage({ baseURL: origin, viewport: { width: 1280, height: 800 } });
  await page.addInitScript(installProbe);
  await page.goto('/favicon.svg');
  const total = await page.evaluate(prepare, {
    login: LOGIN,
    calls: WARM_UP_CALLS,
    atOnce: FUNCTIONS_AT_ONCE,
  });
  const sort = [];
  for (const filter of FILTERS) {
    await page.goto(`/organisations${filter}`);
    await page.locator(SETTLED).first().waitFor();
    const heads = page.locator(`${GRID} th button`);
    for (let column = 0; column < (await heads.count()); column++)
      for (const _direction of ['ascending', 'descending']) {
        const painted = await timed(page, () => heads.nth(column).click());
        if (painted !== null) sort.push(painted);
      }
  }
  await page.goto('/organisations');
  await page.locator(SETTLED).first().waitFor();
  const search = [];
  for (const text of SEARCHES) {
    await page.getByRole('searchbox').fill('');
    await page.locator(SETTLED).first().waitFor();
    const painted = await timed(page, () => page.getByRole('searchbox').fill(text));
    if (painted !== null) search.push(painted);
  }
  process.stdout.write(JSON.stringify({ total, sort, search }));
} finally {
  await browser.close();
}

/** Milliseconds from the input to the frame that shows other rows; null when the rows were at hand already. */
async function timed(page, interact) {
  await page.evaluate(() => window.probe.arm());
  await interact();
  return page.evaluate(() => window.probe.painted());
}

/** Signs in and has every instance of the API's function read the index, as it has on a working day. */
async function prepare({ login, calls, atOnce }) {
  const json = { 'Content-Type': 'application/json' };
  const answer = await fetch('/api/v1/auth/login', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(login),
  });
  const headers = { Authorization: `Bearer ${(await answer.json()).access_token}` };
  const ask = async (number) =>
    (await fetch(`/api/v1/organisations?limit=50&sort=name&name=warm-up-${number}`, { headers })).json();
  for (let number = 0; number < calls; number += atOnce)
    await Promise.all(Array.from({ length: atOnce }, (_, next) => ask(number + next)));
  return (await (await fetch('/api/v1/organisations?limit=1', { headers })).json()).total;
}

/** In the page: watches for the grid to become busy and to show rows again, then for the frame that paints them. */
function installProbe() {
  window.probe = {
    arm() {
      let began = null;
      let asked = false;
      for (const type of ['pointerdown', 'input'])
        addEventListener(
          type,
          (event) => {
            began ??= event.timeStamp;
          },
          { capture: true, once: true },
        );
      this.result = new Promise((resolve) => {
        const done = (value) => {
          observer.disconnect();
          resolve(value);
        };
        const look = () => {
          const grid = document.querySelector('table[role=grid]');
          if (grid?.getAttribute('aria-busy') === 'true') asked = true;
          else if (asked) requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['aria-busy'] });
        setTimeout(() => asked || done(null), 2_000);
      });
    },
    painted() {
      return this.result;
    },
  };
}
