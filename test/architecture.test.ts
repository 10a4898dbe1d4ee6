import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { parse } from 'acorn';
import { CHECK_IDS } from '../src/model/check-id.ts';

/** Which room may import which: the table of src/README.md as data. Every room may import itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  redact: [],
  format: ['model'],
  heap: ['model', 'stats'],
  cpu: ['model'],
  stats: ['model'],
  scenario: ['model', 'redact'],
  words: ['model'],
  analysis: ['model', 'heap', 'cpu', 'stats', 'words'],
  report: ['model', 'redact', 'words'],
  live: ['model', 'stats'],
  page: ['model'],
  files: ['model', 'format'],
  // Of `files` where agents have their sockets: the tool removes there what a killed service left.
  // Of `capture` the estimate of a snapshot: the agent takes one on a signal.
  agent: ['model', 'files', 'capture'],
  target: ['model', 'redact', 'files'],
  capture: ['model', 'redact', 'format', 'files', 'target'],
  load: ['model', 'redact', 'stats', 'scenario', 'format', 'files'],
  'snapshot-stream': ['model', 'heap', 'format', 'files'],
  // Of `target` the named lock: a run folder that is written is locked as a service that is looked into.
  record: ['model', 'redact', 'format', 'words', 'files', 'target'],
  // Of `cpu` the windows of a stretch as one tree.
  exchange: ['model', 'redact', 'format', 'cpu', 'stats', 'files', 'record'],
  // Of `capture` what the control group has left: the comparison of two snapshots must fit beside the service.
  study: [
    'model',
    'redact',
    'format',
    'heap',
    'cpu',
    'stats',
    'scenario',
    'words',
    'analysis',
    'files',
    'capture',
    'load',
    'record',
    'snapshot-stream',
  ],
  soak: ['model', 'redact', 'format', 'stats', 'scenario', 'files', 'target', 'capture', 'load', 'record'],
  session: ['model', 'format', 'cpu', 'stats', 'files', 'target', 'capture', 'record'],
  drive: ['model', 'stats', 'scenario', 'analysis', 'target', 'capture', 'load', 'session'],
  testing: [
    'model',
    'redact',
    'scenario',
    'report',
    'analysis',
    'target',
    'capture',
    'load',
    'record',
    'soak',
    'study',
    'format',
    'files',
  ],
  serve: ['model', 'redact'],
  // Of `study` and `report` the series of a run as the report draws them.
  browse: ['model', 'redact', 'format', 'words', 'report', 'files', 'snapshot-stream', 'record', 'study', 'serve'],
  demo: [],
};
const IMPORTS_EVERYTHING = 'cli';

/** Packages that belong to one room alone, or to a few. */
const PACKAGE_ROOMS: Record<string, readonly string[]> = {
  yargs: ['cli'],
  pidusage: ['capture'],
  ws: ['target'],
  undici: ['load'],
  'pprof-format': ['format'],
  acorn: ['format'],
  'prom-client': ['exchange'],
};

const PURE = ['model', 'redact', 'format', 'heap', 'cpu', 'stats', 'scenario', 'words', 'analysis', 'report', 'live'];
const SRC = 'src';

interface Import {
  readonly file: string;
  readonly room: string;
  readonly specifier: string;
}

function importsOf(file: string): Import[] {
  const room = relative(SRC, file).split('/')[0] ?? '';
  const text = readFileSync(file, 'utf8');
  const specifiers = text.matchAll(
    /^\s*(?:import|export)\s[^'";]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...specifiers].map((match) => ({ file, room, specifier: match[1] ?? match[2] ?? match[3] ?? '' }));
}

function allImports(): Import[] {
  return readdirSync(SRC, { recursive: true })
    .map((name) => join(SRC, String(name)))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .flatMap(importsOf);
}

function violation({ file, room, specifier }: Import): string | null {
  if (specifier.startsWith('.')) {
    const target = relative(resolve(SRC), resolve(dirname(file), specifier)).split('/')[0] ?? '';
    if (target === room || room === IMPORTS_EVERYTHING) return null;
    return MAY_IMPORT[room]?.includes(target) ? null : `${file}: ${room} may not import ${target}`;
  }
  if (specifier.startsWith('node:')) return PURE.includes(room) ? `${file}: a pure room imports ${specifier}` : null;
  const owner = Object.keys(PACKAGE_ROOMS).find((name) => specifier === name || specifier.startsWith(`${name}/`));
  return owner && !PACKAGE_ROOMS[owner]?.includes(room) && room !== 'demo'
    ? `${file}: ${owner} does not belong in ${room}`
    : null;
}

test('rooms import downwards only', () => {
  const imports = allImports();
  assert.ok(imports.length > 0, 'no import found: is the test run from the project folder?');
  assert.deepEqual(imports.map(violation).filter(Boolean), []);
});

test('every folder of src is a room of the table', () => {
  const rooms = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const unknown = rooms
    .map((entry) => entry.name)
    .filter((name) => !(name in MAY_IMPORT) && name !== IMPORTS_EVERYTHING);
  assert.deepEqual(unknown, []);
});

test('an import against the table is seen', () => {
  assert.match(
    String(violation({ file: 'src/heap/a.ts', room: 'heap', specifier: '../soak/b.ts' })),
    /heap may not import soak/,
  );
  assert.match(String(violation({ file: 'src/heap/a.ts', room: 'heap', specifier: 'node:fs' })), /pure room/);
  assert.match(
    String(violation({ file: 'src/load/a.ts', room: 'load', specifier: 'yargs/helpers' })),
    /does not belong/,
  );
});

/** Without comments: they may speak of what the code must not do. */
function codeOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

/** `console.profile` starts the CPU profiler, and writes nothing. */
const WRITES_TO_A_TERMINAL =
  /\bconsole\s*(?:\[|\.(?!profile(?:End)?\b))|\b(?:stdout|stderr)\s*\.\s*(?:write|end|_write)\b|\bprocess\s*\[|\bwriteSync\(\s*[12]\b|\bfs\.write\w*\(\s*[12]\b|_rawDebug/;

test('one module alone writes to the terminal: there secrets are taken out and escape sequences made harmless', () => {
  const writers = readdirSync(SRC, { recursive: true })
    .map((name) => join(SRC, String(name)))
    .filter((name) => name.endsWith('.ts') && !name.startsWith(join(SRC, 'demo')))
    .filter((name) => WRITES_TO_A_TERMINAL.test(codeOf(name)));
  assert.deepEqual(writers, [join(SRC, 'cli', 'output.ts')]);
  for (const code of ['console.log(x)', 'process.stdout.write(x)', "process['stderr'].write(x)", 'writeSync(2, x)'])
    assert.match(code, WRITES_TO_A_TERMINAL);
});

/** Sentences stand in words/, where one person can read them all. These rooms find, count and lay out. */
const WORDLESS = ['analysis', 'report', 'study/document'];
/** Data that happens to have three words. */
const TERMS: readonly string[] = [...CHECK_IDS, 'requests in flight'];
const LEAST_WORDS = 3;

/** Texts of three words or more, tags left out and `0` for what is filled in; of the compiled file, which has no types. */
function sentencesIn(code: string): string[] {
  const found: string[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, value, quasis } = node as {
      type?: string;
      value?: unknown;
      quasis?: { value: { cooked: string } }[];
    };
    if (type === 'Literal' && typeof value === 'string') found.push(value);
    if (type === 'TemplateLiteral') found.push((quasis ?? []).map((part) => part.value.cooked).join('0'));
    for (const child of Object.values(node)) walk(child);
  };
  walk(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }));
  return found.filter((text) => !TERMS.includes(text) && proseWords(text) >= LEAST_WORDS);
}

function proseWords(text: string): number {
  const tokens = text.replace(/<[^>]*>/g, ' ').split(/\s+/);
  return tokens.filter((token) => /^\(?[A-Za-z][a-z']*[),.;:]*$/.test(token)).length;
}

test('sentences for people stand in words/ alone', () => {
  const wordy = readdirSync(SRC, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts') && WORDLESS.some((room) => name.startsWith(`${room}/`)))
    .flatMap((name) => {
      const compiled = new URL(`../src/${name.replace(/\.ts$/, '.js')}`, import.meta.url);
      return sentencesIn(readFileSync(compiled, 'utf8')).map((sentence) => ({ name, sentence }));
    });
  assert.deepEqual(wordy, []);
});

test('a sentence outside of words/ is seen', () => {
  assert.deepEqual(sentencesIn('`$'.concat('{who} takes $', '{share} of the time`;')), ['0 takes 0 of the time']);
  assert.deepEqual(sentencesIn("const a = 'no query was seen';"), ['no query was seen']);
  assert.deepEqual(sentencesIn("const a = '<p class=\"quiet big and small\">one</p>', b = 'js-heap-leak';"), []);
});
