// Puts yargs and its parts into the one file that imports them; their packages, with their licences, are dependencies.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const FILE = 'dist/src/cli/command-line-parser.js';

await build({
  entryPoints: [FILE],
  outfile: FILE,
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  legalComments: 'inline',
  logLevel: 'warning',
});
// That of the file before.
rmSync(`${FILE}.map`, { force: true });
