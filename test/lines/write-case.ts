import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { buildSync } from 'esbuild';
import type { LineCase } from './line-case.ts';

const MARK = ' // adds';

export interface WrittenCase {
  readonly folder: string;
  /** From the root of the service. */
  readonly script: string;
  readonly expected: { readonly file: string; readonly line: number; readonly text: string };
}

/** Where the mark stands; taken out of what is written, so that nothing of it reaches the tool. */
export function expectedLine({ files, name }: LineCase): WrittenCase['expected'] {
  const found = Object.entries(files).flatMap(([file, text]) =>
    text
      .split('\n')
      .flatMap((line, at) => (line.endsWith(MARK) ? [{ file, line: at + 1, text: unmarked(line).trim() }] : [])),
  );
  const [expected, ...more] = found;
  if (!expected || more.length > 0) throw new Error(`${name}: ${found.length} lines are marked, not one`);
  return expected;
}

export function unmarked(text: string): string {
  return text.replaceAll(MARK, '');
}

/** Writes the service into a new folder, and compiles or bundles it. */
export function writeCase(one: LineCase): WrittenCase {
  const folder = mkdtempSync(join(tmpdir(), `line-${one.name}-`));
  for (const [name, text] of Object.entries(one.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), unmarked(text));
  }
  linkPackages(folder);
  return { folder, script: build(one, folder), expected: expectedLine(one) };
}

/** Beside packages of the case's own. */
function linkPackages(folder: string): void {
  const from = resolve('node_modules');
  const to = join(folder, 'node_modules');
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) if (!name.startsWith('.')) tryLink(join(from, name), join(to, name));
}

function tryLink(from: string, to: string): void {
  try {
    symlinkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function build({ build: how, files, name }: LineCase, folder: string): string {
  const main = Object.keys(files)[0]!;
  if (how === 'none') return main;
  if (how === 'typescript') {
    const options = [
      '--outDir',
      'dist',
      '--rootDir',
      'src',
      '--sourceMap',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--skipLibCheck',
      '--types',
      'node',
    ];
    const sources = Object.keys(files).filter((file) => file.endsWith('.ts'));
    const { status, stdout } = spawnSync(
      process.execPath,
      [resolve('node_modules/typescript/bin/tsc'), ...options, ...sources],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`${name} does not compile: ${stdout}`);
    return main.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js');
  }
  buildSync({
    absWorkingDir: folder,
    entryPoints: [main],
    outfile: join(folder, 'dist/server.mjs'),
    bundle: true,
    minify: true,
    sourcemap: 'linked',
    platform: 'node',
    format: 'esm',
    target: 'node18',
    logLevel: 'error',
  });
  // As in an image: the bundle and its map are all there is.
  rmSync(join(folder, 'src'), { recursive: true, force: true });
  return 'dist/server.mjs';
}
