// Bundles src/page (what runs in the browser): into one script and one style sheet for reports, which report/ is given, and
// into one of each for the pages that browse/ serves.
import { build } from 'esbuild';

await build({
  entryPoints: [
    { in: 'src/page/main.ts', out: 'page.bundle' },
    { in: 'src/page/page.css', out: 'page.bundle' },
    { in: 'src/page/browse/main.ts', out: 'browse.bundle' },
    { in: 'src/page/browse/browse.css', out: 'browse.bundle' },
  ],
  outdir: 'dist/src/page',
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'ascii',
  legalComments: 'inline',
  logLevel: 'warning',
});
