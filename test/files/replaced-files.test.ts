import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { profileOf } from '../cpu/profile-builder.ts';
import { folderContent } from '../helpers/folder-content.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const RUN = join(process.cwd(), 'profiles/example');
const SCENARIO =
  'name: orders\nbaseUrl: http://127.0.0.1:3000\nload: { model: closed, users: 1, duration: 10s }\ntasks: [ { request: { name: home, path: / } } ]\n';
/** The least that is a snapshot: a root. */
const SNAPSHOT = JSON.stringify({
  snapshot: {
    meta: {
      node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
      node_types: [
        [
          'hidden',
          'array',
          'string',
          'object',
          'code',
          'closure',
          'regexp',
          'number',
          'native',
          'synthetic',
          'concatenated string',
          'sliced string',
          'symbol',
          'bigint',
          'object shape',
        ],
        'string',
        'number',
        'number',
        'number',
        'number',
      ],
      edge_fields: ['type', 'name_or_index', 'to_node'],
      edge_types: [
        ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
        'string_or_number',
        'node',
      ],
      trace_function_info_fields: [],
      trace_node_fields: [],
      sample_fields: [],
      location_fields: ['object_index', 'script_id', 'line', 'column'],
    },
    node_count: 2,
    edge_count: 1,
    trace_function_count: 0,
  },
  nodes: [9, 0, 1, 0, 1, 0, 2, 1, 3, 16, 0, 0],
  edges: [1, 0, 6],
  trace_function_infos: [],
  trace_tree: [],
  samples: [],
  locations: [],
  strings: ['', 'a secret'],
});

interface Writer {
  readonly name: string;
  /** Relative to the folder of the test; what is read. */
  readonly input: string | null;
  readonly words: (out: string) => readonly string[];
  readonly hasForce: boolean;
}

const WRITERS: readonly Writer[] = [
  {
    name: 'flame',
    input: 'a.cpuprofile',
    words: (out) => ['flame', 'a.cpuprofile', '--format', 'collapsed', '--out', out],
    hasForce: true,
  },
  {
    name: 'heap redact',
    input: 'a.heapsnapshot',
    words: (out) => ['heap', 'redact', 'a.heapsnapshot', out],
    hasForce: true,
  },
  {
    name: 'export of a scenario',
    input: 'a.yaml',
    words: (out) => ['export', 'a.yaml', '--to', 'k6', '--out', out],
    hasForce: true,
  },
  {
    name: 'baseline save',
    input: null,
    words: (out) => ['baseline', 'save', 'whole-run', '--file', out],
    hasForce: true,
  },
  { name: 'load --init', input: null, words: (out) => ['load', '--init', out], hasForce: true },
  { name: 'check --junit', input: null, words: (out) => ['check', RUN, '--junit', out], hasForce: false },
];

function folderOf(t: TestContext): string {
  const folder = temporaryFolder(t);
  const profile = profileOf([{ atUs: 0, stack: 'main;work' }], 0, 2000);
  writeFileSync(join(folder, 'a.cpuprofile'), JSON.stringify(profile));
  writeFileSync(join(folder, 'a.heapsnapshot'), SNAPSHOT);
  writeFileSync(join(folder, 'a.yaml'), SCENARIO);
  writeFileSync(join(folder, 'precious.txt'), 'precious');
  writeFileSync(join(folder, 'out.txt.part'), 'precious too');
  mkdirSync(join(folder, 'folder'));
  symlinkSync('precious.txt', join(folder, 'link'));
  symlinkSync('nowhere', join(folder, 'dangling'));
  // Not one of /dev: a tool that fails this test would replace it for everybody.
  spawnSync('mkfifo', [join(folder, 'fifo')]);
  return folder;
}

/** The example lacks its snapshots, and a baseline takes whole runs only. */
async function importRun(folder: string): Promise<void> {
  const results = join(process.cwd(), 'test/fixtures/load-results/artillery-2.0.21.json');
  const { code, stderr } = await runCli(['import', results, '--out', 'whole-run'], { cwd: folder });
  assert.equal(code, 0, stderr);
}

for (const { name, input, words, hasForce } of WRITERS) {
  test(`${name}: replaces a file with --force only, and never an input, a link, a FIFO or a folder`, async (t) => {
    const folder = folderOf(t);
    if (input !== null) {
      symlinkSync(input, join(folder, 'input-link'));
      linkSync(join(folder, input), join(folder, 'input-twin'));
    }
    if (name === 'baseline save') await importRun(folder);
    const before = contentWithoutFifo(folder);
    const run = (out: string, ...more: string[]): ReturnType<typeof runCli> =>
      runCli([...words(out), ...more], { cwd: folder });
    const force = hasForce ? ['--force'] : [];

    const refused = await run('precious.txt');
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /precious\.txt exists already/);
    const inputs = input === null ? [] : [input, 'input-link', 'input-twin'];
    // One check for all: each command is held to it, and one to every kind.
    const places = name === 'flame' ? ['folder', 'link', 'dangling', 'fifo', ...inputs] : ['link', ...inputs.slice(-1)];
    for (const out of places) {
      const { code, stderr } = await run(out, ...force);
      assert.equal(code, 2, `${out}: ${stderr}`);
      assert.match(
        stderr,
        /is (a folder|a symbolic link|a named pipe \(FIFO\), not a regular file|the file that is read)/,
        out,
      );
      assert.match(stderr, /Name another file/, 'what to do');
    }
    if (name === 'flame') {
      const nowhere = await run('missing/out.txt');
      assert.equal(nowhere.code, 6, nowhere.stderr);
      assert.match(nowhere.stderr, /missing: ENOENT/);
    }
    assert.deepEqual(contentWithoutFifo(folder), before);

    const { code, stderr } = await run('out.txt');
    assert.ok(code === 0 || (name === 'check --junit' && code !== 6), stderr);
    assert.equal(readFileSync(join(folder, 'out.txt.part'), 'utf8'), 'precious too', 'a part of somebody else');
    const written = readFileSync(join(folder, 'out.txt'), 'utf8');
    assert.ok(written.length > 0);
    if (hasForce) {
      assert.equal((await run('precious.txt', '--force')).code, 0);
      assert.notEqual(readFileSync(join(folder, 'precious.txt'), 'utf8'), 'precious');
    } else {
      assert.equal((await run('out.txt')).code, code, 'its own is replaced');
    }
  });
}

function contentWithoutFifo(folder: string): Readonly<Record<string, string>> {
  spawnSync('mv', [join(folder, 'fifo'), `${folder}.fifo`]);
  const content = folderContent(folder);
  spawnSync('mv', [`${folder}.fifo`, join(folder, 'fifo')]);
  return content;
}

test('export of a run: none of its tables replaces a file, and all of them appear or none', async (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'run.requests.csv'), 'precious');
  const words = ['export', RUN, '--to', 'csv', '--out', 'run'];
  const refused = await runCli(words, { cwd: folder });
  assert.equal(refused.code, 2, refused.stderr);
  assert.match(refused.stderr, /run\.requests\.csv exists already/);
  assert.deepEqual(
    Object.keys(contentWithoutFifo(folder)).filter((one) => one.startsWith('run.')),
    ['run.requests.csv'],
  );
  assert.equal((await runCli([...words, '--force'], { cwd: folder })).code, 0);
  assert.match(readFileSync(join(folder, 'run.requests.csv'), 'utf8'), /^time,/);
});

test('no result takes the place of a file of a run, with --force neither', async (t) => {
  const folder = folderOf(t);
  await importRun(folder);
  symlinkSync('whole-run', join(folder, 'alias'));
  linkSync(join(folder, 'whole-run', 'events.ndjson'), join(folder, 'twin.ndjson'));
  const before = contentWithoutFifo(folder);
  for (const words of [
    ['export', 'whole-run', '--to', 'ndjson', '--out', 'whole-run/samples', '--force'],
    ['export', 'whole-run', '--to', 'ndjson', '--out', 'alias/requests', '--force'],
    ['baseline', 'save', 'whole-run', '--file', 'whole-run/run.json', '--force'],
    ['baseline', 'save', 'whole-run', '--file', 'twin.ndjson', '--force'],
    ['baseline', 'save', 'whole-run', '--file', 'alias/events.ndjson', '--force'],
    // Files that would be read as a part of the run.
    ['baseline', 'save', 'whole-run', '--file', 'whole-run/database/server.json', '--force'],
    ['heap', 'redact', 'a.heapsnapshot', 'whole-run/heap/1.heapsnapshot'],
    ['report', 'whole-run', '--report-dir', 'whole-run/database'],
    ['check', 'whole-run', '--junit', 'whole-run/run.json'],
    ['baseline', 'compare', 'whole-run', '--file', 'b.json', '--markdown', 'whole-run/events.ndjson'],
  ]) {
    const { code, stderr } = await runCli(words, { cwd: folder });
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
    assert.match(stderr, /is a file of the run|is the file that is read/, words.join(' '));
  }
  assert.deepEqual(contentWithoutFifo(folder), before);
});

test('check --junit and baseline compare --markdown replace their own file, and none that holds more or other text', async (t) => {
  const folder = folderOf(t);
  await importRun(folder);
  const run = (...words: string[]): ReturnType<typeof runCli> => runCli(words, { cwd: folder });
  assert.equal((await run('baseline', 'save', 'whole-run', '--file', 'b.json', '--force')).code, 0);
  const check = ['check', 'whole-run', '--junit', 'junit.xml'];
  const compare = ['baseline', 'compare', 'whole-run', '--file', 'b.json', '--markdown', 'comment.md'];
  for (const [words, file, foreign] of [
    [
      check,
      'junit.xml',
      (text: string) => [
        text.replace('</testsuites>', '  <testsuite name="unit" tests="1"></testsuite>\n</testsuites>'),
        text.replace('<testsuites>\n', '<testsuites>\n  <testsuite name="unit" tests="1"/>\n'),
        `<!-- mine -->\n${text}`,
        `${text}<!-- mine -->\n`,
      ],
    ],
    [compare, 'comment.md', (text: string) => ['### Performance: my notes\n', `# Notes\n${text}`]],
  ] as const) {
    const first = await run(...words);
    assert.notEqual(first.code, 2, first.stderr);
    const again = await run(...words);
    assert.equal(again.code, first.code, again.stderr);
    for (const text of foreign(readFileSync(join(folder, file), 'utf8'))) {
      writeFileSync(join(folder, file), text);
      const refused = await run(...words);
      assert.equal(refused.code, 2, text.slice(0, 200));
      assert.match(refused.stderr, /exists already/);
      assert.equal(readFileSync(join(folder, file), 'utf8'), text);
    }
  }
});
