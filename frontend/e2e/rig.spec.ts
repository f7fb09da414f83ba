import { expectAccessible } from './support/axe';
import { Guard } from './support/guard';
import { withPalette } from './support/palette';
import { expect, test } from './support/test';

/** What the other specs rely on: the rig itself notices what it is there to notice. */

test.use({ who: null });

test('an exception, an error in the console, a forbidden call and another origin are noticed', async ({
  page,
  guard,
  baseURL,
}) => {
  guard.allow(/./);
  await page.goto(String(baseURL).replace('localhost', '127.0.0.1'));
  await page.goto('/favicon.svg');

  await page.evaluate(() => {
    setTimeout(() => {
      throw new Error('thrown in a timer');
    });
    // biome-ignore lint/suspicious/noConsole: what the guard must notice
    console.error('said in the console');
    void fetch('https://example.com/').catch(() => undefined);
  });

  for (const event of [
    'request elsewhere: http://127.0.0.1',
    'uncaught: thrown in a timer',
    'console: said in the console',
    'policy violation: connect-src https://example.com',
  ])
    await expect.poll(() => guard.noticed().join()).toContain(event);
});

test('what was noticed fails the test unless it was expected', async ({ browser, baseURL }) => {
  const guard = new Guard();
  const page = await browser.newPage({ baseURL });
  await guard.watch(page);
  await page.goto('/favicon.svg');
  const said = page.waitForEvent('console');
  // biome-ignore lint/suspicious/noConsole: what the guard must notice
  await page.evaluate(() => console.error('one'));
  await said;

  expect(() => guard.expectNothing()).toThrow(/console: one/);
  guard.allow(/console: one/);
  expect(() => guard.expectNothing()).not.toThrow();
  await page.close();
});

test('axe finds a button without a name', async ({ page }) => {
  await page.goto('/login');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.evaluate(() => document.querySelector('main')?.append(document.createElement('button')));

  await expect(expectAccessible(page)).rejects.toThrow(/button-name/);
});

test('a picture with a palette is smaller and looks the same', async ({ browser }) => {
  const page = await browser.newPage({ viewport: { width: 300, height: 200 } });
  await page.setContent('<p style="color:#366092;background:linear-gradient(#fff,#cde)">Éléphant à vélo</p>');
  const picture = await page.screenshot();
  const smaller = withPalette(picture);

  const difference = await page.evaluate(
    async (pictures) => {
      const [one = [], other = []] = await Promise.all(
        pictures.map(async (base64) => {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
          const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
          context?.drawImage(image, 0, 0);
          return [...(context?.getImageData(0, 0, image.width, image.height).data ?? [])];
        }),
      );
      if (one.length !== other.length || one.length !== 300 * 200 * 4) return Number.NaN;
      return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);
    },
    [picture, smaller].map((bytes) => bytes.toString('base64')),
  );
  expect(difference).toBeLessThan(8);
  expect(smaller.length).toBeLessThan(picture.length);
  await page.close();
});
