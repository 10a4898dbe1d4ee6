// Bundles src/page (what runs in the browser, inside a report) into one script and one style sheet. report/ is given both.
import { build } from 'esbuild';

await build({
  entryPoints: [
    { in: 'src/page/main.ts', out: 'page.bundle' },
    { in: 'src/page/page.css', out: 'page.bundle' },
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
