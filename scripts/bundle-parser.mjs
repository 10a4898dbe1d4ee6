// Puts yargs and its parts into the one file that imports them; their packages, with their licences, are dependencies.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const FILE = 'dist/src/cli/command-line-parser.js';

await build({
  // The source, not what the compiler made of it: that file is replaced here, and a second build would bundle the bundle.
  entryPoints: ['src/cli/command-line-parser.ts'],
  outfile: FILE,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  legalComments: 'inline',
  logLevel: 'warning',
});
// The map that the compiler wrote describes the replaced file.
rmSync(`${FILE}.map`, { force: true });
