// What a browser loads for each page on its first visit, compressed: fails when the first page is above the limit.
// Read from Vite's manifest: the entry, the frame around pages, the page, the French texts, with all they import.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 250;
const FIRST_PAGE = 'src/features/auth/LoginPage.tsx';
const FRAME = 'src/app/shell/Shell.tsx';
const FIRST_TEXTS = 'src/locales/fr/first.ts';
const TEXTS = 'src/locales/fr/index.ts';
const PAGE = /^src\/features\/.*Page\.tsx$/;

const dist = process.argv[2] ?? 'dist';
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const sizes = new Map();

/** The files behind these entries of the manifest; what is imported on demand is not among them. */
function filesOf(names, found = new Set(), seen = new Set()) {
  for (const name of names) {
    if (seen.has(name)) continue;
    seen.add(name);
    const { file, css = [], imports = [] } = manifest[name];
    for (const part of [file, ...css]) found.add(part);
    filesOf(imports, found, seen);
  }
  return found;
}

function compressed(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(join(dist, file)), { level: 9 }).length);
  return sizes.get(file);
}

const pages = Object.keys(manifest).filter((name) => PAGE.test(name) && manifest[name].isDynamicEntry);
const missing = [FIRST_PAGE, FRAME, FIRST_TEXTS, TEXTS].filter((name) => !manifest[name]);
if (missing.length > 0)
  throw new Error(`The build has no part ${missing.join(', ')}: bring size.mjs up to date.`);

const loaded = pages.map((page) => {
  const around = page.startsWith('src/features/auth/') ? [FIRST_TEXTS] : [FIRST_TEXTS, TEXTS, FRAME];
  const files = filesOf(['index.html', ...around, page]);
  const kilobytes = [...files].reduce((sum, file) => sum + compressed(file), 0) / 1000;
  return { page, kilobytes: Math.round(kilobytes * 10) / 10, files: files.size };
});
loaded.sort((a, b) => b.kilobytes - a.kilobytes);

if (process.argv.includes('--json')) {
  process.stdout.write(JSON.stringify(loaded));
} else {
  const lines = loaded.map(({ page, kilobytes, files }) => {
    const limit = page === FIRST_PAGE ? ` <= ${LIMIT_KB}` : '';
    return `${kilobytes.toFixed(1).padStart(7)} kB  ${String(files).padStart(3)} files  ${page}${limit}`;
  });
  process.stdout.write(`${lines.join('\n')}\n`);
  const first = loaded.find(({ page }) => page === FIRST_PAGE);
  if (first.kilobytes > LIMIT_KB) {
    process.stderr.write(`The first page loads ${first.kilobytes} kB, more than ${LIMIT_KB}.\n`);
    process.exit(1);
  }
}
