import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import vm from 'node:vm';
import { build } from 'esbuild';
import { callScript } from '../../src/capture/in-target-code.ts';

/** Beside it only what names requests, which imports nothing. */
const INSIDE = /^src\/(capture\/in-target\/|model\/request-name\.ts$)/;

test('what runs inside the target is made of the modules in in-target/ and of names of requests, and imports nothing', async () => {
  const options = new URL('../../../scripts/in-target-options.mjs', import.meta.url).href;
  const { IN_TARGET } = (await import(options)) as { IN_TARGET: object };
  const { metafile } = await build({ ...IN_TARGET, write: false, metafile: true });
  for (const file of Object.keys(metafile.inputs)) assert.match(file, INSIDE);
  for (const output of Object.values(metafile.outputs)) assert.deepEqual(output.imports, []);
});

test('a script leaves no name behind, and uses none that a bare realm of Node lacks', () => {
  for (const [script, exported] of [
    ['runtime-probe', 'installProbe'],
    ['query-probe', 'installQueryProbe'],
    ['process-stats', 'installProcessStats'],
  ] as const) {
    const realm = vm.createContext({ require: createRequire(import.meta.url), process });
    const before = Object.getOwnPropertyNames(vm.runInContext('globalThis', realm));
    // It ran up to the first thing that it needs of us.
    assert.throws(() => vm.runInContext(callScript(script, exported, {}), realm), /no tool is attached/);
    assert.deepEqual(Object.getOwnPropertyNames(vm.runInContext('globalThis', realm)), before);
  }
});
