import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { FAULT_NAMES, FAULTS } from '../../src/demo/faults.ts';
import { parseOptions } from '../../src/demo/options.ts';
import { FINDING_KINDS } from '../../src/model/finding-catalogue.ts';
import { spawnService } from '../helpers/spawn-service.ts';

const MAIN = 'dist/src/demo/main.js';
const EMBEDDED: Readonly<Record<string, undefined>> = { DATABASE_URL: undefined };

function run(...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', timeout: 30_000 });
}

test('an unknown fault is refused with the list of those that are known', () => {
  const { status, stderr, stdout } = run('--fault', 'leak-map,leak-nothing');
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /unknown fault: leak-nothing/);
  for (const name of FAULT_NAMES) assert.ok(stderr.includes(name), name);
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace');
});

test('a bad port and an unknown option are refused', () => {
  for (const args of [['--port', 'x'], ['--port', '70000'], ['--port', ''], ['--what']]) {
    assert.equal(run(...args).status, 2, args.join(' '));
  }
});

test('help lists every fault', () => {
  const { status, stdout } = run('--help');
  assert.equal(status, 0);
  for (const { name, description } of FAULTS) assert.ok(stdout.includes(name) && stdout.includes(description), name);
});

test('faults may be repeated and separated by commas', () => {
  const faults = parseOptions(['--fault', 'leak-map, leak-fd', '--fault', 'batch'])?.faults;
  assert.deepEqual([...(faults ?? [])], ['leak-map', 'leak-fd', 'batch']);
});

test('the list of faults names each once, with real files and known kinds', () => {
  assert.deepEqual(
    FAULTS.map(({ name }) => name),
    [...FAULT_NAMES],
  );
  for (const { name, file, findingKinds, healthy } of FAULTS) {
    assert.ok(existsSync(file), `${name}: ${file}`);
    assert.equal(healthy, findingKinds.length === 0);
    for (const kind of findingKinds) assert.ok((FINDING_KINDS as readonly string[]).includes(kind), kind);
  }
});

test('each module of the service has a source map that holds its source', () => {
  for (const { file } of FAULTS) {
    const map = JSON.parse(readFileSync(`dist/${file.replace(/\.ts$/, '.js.map')}`, 'utf8')) as {
      sourcesContent?: string[];
    };
    assert.equal(map.sourcesContent?.[0], readFileSync(file, 'utf8'), file);
  }
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL'] as const) {
  test(`after ${signal} neither the service nor its database is left`, async () => {
    const service = await spawnService(MAIN, { env: EMBEDDED });
    const database = (service.ready.embeddedDatabase as { pid: number }).pid;
    assert.ok(isAlive(database));
    const ended = await service.stop(signal);
    assert.equal(ended, signal === 'SIGKILL' ? 'SIGKILL' : 0);
    await untilGone(database);
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The runner's own deadline is the limit. */
async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}
