// Bundles src/page (what runs in the browser, inside a report) into one script string that report/ is given.
import { existsSync } from 'node:fs';
import { build } from 'esbuild';

if (existsSync('src/page/main.ts')) {
  await build({
    entryPoints: ['src/page/main.ts'],
    outfile: 'dist/src/page/page.bundle.js',
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'inline',
    logLevel: 'warning',
  });
}
