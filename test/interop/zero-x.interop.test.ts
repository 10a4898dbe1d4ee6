import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import type { CpuProfile, RawCallFrame } from '../../src/model/profiles.ts';
import { frame, profileOf } from '../cpu/profile-builder.ts';
import { launchChromium, NO_BROWSER } from '../helpers/chromium.ts';
import { interopPackage } from '../helpers/interop-packages.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const { path: ZERO_X, skip: missing } = interopPackage('0x');
const skip = missing || NO_BROWSER;

/** A node in a page of 0x: `top` is its own, `value` with those below it. */
interface Drawn {
  readonly name: string;
  readonly top: number;
  readonly value: number;
  readonly children: readonly Drawn[];
}

let browser: Browser | null = null;
before(async () => {
  if (!skip) browser = await launchChromium();
});
after(() => browser?.close());

/** Draws a profile with the real 0x, opens the page, and returns its tree by name and what the page did. */
async function drawn(
  t: TestContext,
  profile: CpuProfile,
  name = 'x.cpuprofile',
): Promise<{
  readonly byName: ReadonlyMap<string, Drawn>;
  readonly errors: readonly string[];
  readonly dialogs: number;
}> {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ZERO_X, join(folder, 'node_modules/0x'));
  writeFileSync(join(folder, name), JSON.stringify(profile));
  const { code, stderr } = await runCli(['flame', name, '--format', '0x', '--out', 'page.html'], { cwd: folder });
  assert.equal(code, 0, stderr);
  const page = await browser!.newPage();
  const errors: string[] = [];
  let dialogs = 0;
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('dialog', (dialog) => {
    dialogs += 1;
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(join(folder, 'page.html')).href);
  await page.waitForSelector('canvas', { state: 'attached' });
  await page.close();
  const html = readFileSync(join(folder, 'page.html'), 'utf8');
  const tree = /visualizer\((\{"merged":.*?\}), (\{"title".*?\})\)\s*<\/script>/s.exec(html)?.[1] ?? '';
  const byName = new Map<string, Drawn>();
  const pending: Drawn[] = [(JSON.parse(tree) as { merged: Drawn }).merged];
  for (let node = pending.pop(); node; node = pending.pop()) {
    byName.set(node.name, node);
    pending.push(...node.children);
  }
  return { byName, errors, dialogs };
}

const named = (name: string, change: Partial<RawCallFrame> = {}): RawCallFrame => ({
  ...frame('plain'),
  functionName: name,
  ...change,
});

/** `main` for 1 ms and a child under each of the names for a millisecond more than the last. */
function profileWith(frames: readonly RawCallFrame[], firstId = 1): CpuProfile {
  const ids = frames.map((_, index) => firstId + 2 + index);
  return {
    nodes: [
      { id: firstId, callFrame: frame('(root)'), hitCount: 0, children: [firstId + 1] },
      { id: firstId + 1, callFrame: frame('main'), hitCount: 1, children: ids },
      ...frames.map((callFrame, index) => ({ id: ids[index] ?? 0, callFrame, hitCount: 1, children: [] })),
    ],
    startTime: 0,
    endTime: 1000 + 1000 * frames.length,
    samples: [firstId + 1, ...ids],
    timeDeltas: [0, ...ids.map(() => 1000)],
  };
}

test('1 and 7: no name of a function, a file or a profile runs in the page, and a function without one has one', {
  skip,
}, async (t) => {
  const attack = '</script><script>alert(1)</script>';
  const frames = [
    named(attack),
    named('f', { url: `file:///srv/${attack}.js` }),
    named(''),
    named('<img src=x onerror=alert(1)>'),
  ];
  const { byName, errors, dialogs } = await drawn(t, profileWith(frames), 'a<img src=x onerror=alert(2)>.cpuprofile');
  assert.deepEqual([errors, dialogs], [[], 0]);
  const names = [...byName.keys()].join('\n');
  assert.match(names, /\[anonymous\] /);
  assert.match(names, /‹script›alert/);
});

test('2, 3 and 4: collections are drawn, stacks weigh their time, lines count from 1', { skip }, async (t) => {
  const ticks = [
    { atUs: 0, stack: 'main;work' },
    { atUs: 9000, stack: 'main;rest' },
    { atUs: 10_000, stack: 'main;work;(garbage collector)' },
    { atUs: 12_000, stack: '(idle)' },
  ];
  const { byName } = await drawn(t, profileOf(ticks, 0, 20_000));
  const value = (start: string): number | undefined => [...byName].find(([name]) => name.startsWith(start))?.[1].top;
  // By samples, `work` and `rest` would weigh the same.
  assert.deepEqual([value('work'), value('rest'), value('[GC]')], [9000, 1000, 2000]);
  const line = frame('work').lineNumber + 1;
  assert.ok(
    [...byName.keys()].some((name) => name.startsWith('work ') && name.endsWith(`a.js:${line}`)),
    [...byName.keys()].join(),
  );
});

test('5: ids that do not begin at 1', { skip }, async (t) => {
  const { byName, errors } = await drawn(t, profileWith([named('work')], 4711));
  assert.deepEqual(errors, []);
  assert.ok([...byName.keys()].some((name) => name.startsWith('work ')));
});

test('6: a stack 20,000 deep', { skip }, async (t) => {
  const stack = Array.from({ length: 20_000 }, (_, n) => `f${n}`).join(';');
  const { byName, errors } = await drawn(t, profileOf([{ atUs: 0, stack }], 0, 1000));
  assert.deepEqual(errors, []);
  assert.ok(byName.size > 100);
  // What is cut is summed up, not lost.
  assert.ok([...byName.values()].some(({ value }) => value === 1000));
});
