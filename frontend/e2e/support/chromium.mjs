// Which Chromium the browser tests drive: the system's, else the one Playwright downloaded.
// Run as a program it prints the path, or nothing when there is none.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FLAGS = ['gpu', 'quic', 'background-networking', 'component-update', 'sync'];

/** What makes Chromium run as root, without a screen, and ask nobody outside. */
export const CHROMIUM_FLAGS = ['--no-sandbox', '--no-first-run', ...FLAGS.map((name) => `--disable-${name}`)];

/** The system's Chromium; undefined where there is none. */
export function systemChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return ['/usr/bin/chromium', ...folders.map((folder) => join(folder, 'chromium'))].find(existsSync);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { chromium } = await import('@playwright/test');
  const found = systemChromium() ?? [chromium.executablePath()].find(existsSync);
  if (found) process.stdout.write(found);
}
