// Puts a .br and a .gz beside every text file of a build, as CloudFront would compress it on the way.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const SMALLEST = 1000; // CloudFront leaves smaller files as they are
const TEXT = /\.(js|css|html|svg|json|txt|webmanifest)$/;
const QUALITY = { [constants.BROTLI_PARAM_QUALITY]: 5 };

const [folder] = process.argv.slice(2);
for (const name of readdirSync(folder, { recursive: true })) {
  const path = join(folder, name);
  if (!TEXT.test(name) || !statSync(path).isFile() || statSync(path).size < SMALLEST) continue;
  const content = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: QUALITY }));
  writeFileSync(`${path}.gz`, gzipSync(content));
}
