import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Validator } from '@cfworker/json-schema';
import { launchChromium, NO_BROWSER } from '../helpers/chromium.ts';
import { interopPackage } from '../helpers/interop-packages.ts';
import { runCli } from '../helpers/run-cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Recorded of a TypeScript service, in a run folder with its source maps. */
const PROFILE = join(process.cwd(), 'profiles/example/cpu/1.cpuprofile');

async function written(t: TestContext, format: string): Promise<{ readonly folder: string; readonly file: string }> {
  const folder = temporaryFolder(t);
  const { code, stdout, stderr } = await runCli(['flame', PROFILE, '--format', format], { cwd: folder });
  assert.equal(code, 0, stderr);
  return { folder, file: stdout.trim() };
}

/** Self time by function in milliseconds, by our own format that says it plainest. */
async function selfMs(t: TestContext): Promise<ReadonlyMap<string, number>> {
  const { file } = await written(t, 'collapsed');
  const sums = new Map<string, number>();
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const [, leaf = '', us = '0'] = /^(?:.*;)?([^;]*?)(?: \([^()]*\))? (\d+)$/.exec(line) ?? [];
    sums.set(leaf, (sums.get(leaf) ?? 0) + Number(us) / 1000);
  }
  return sums;
}

const speedscope = interopPackage('speedscope');

test('speedscope: valid by its schema, and its own page shows it in order of time', {
  skip: speedscope.skip || NO_BROWSER,
}, async (t) => {
  const { file, folder } = await written(t, 'speedscope');
  const release = join(speedscope.path, 'dist/release');
  const schema = JSON.parse(readFileSync(join(release, 'file-format-schema.json'), 'utf8'));
  const text = readFileSync(file, 'utf8');
  const { valid, errors } = new Validator(schema, '7').validate(JSON.parse(text));
  assert.ok(valid, JSON.stringify(errors.slice(0, 3)));

  // As its command line hands a file to its page.
  const script = join(folder, 'load.js');
  const base64 = Buffer.from(text).toString('base64');
  writeFileSync(script, `speedscope.loadFileFromBase64('x.speedscope.json', '${base64}')`);
  const browser = await launchChromium();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', (dialog) => {
    problems.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(`${pathToFileURL(join(release, 'index.html')).href}#localProfilePath=${script}`);
  await page.getByText('Time Order').waitFor();
  await page.getByText('1.cpuprofile').first().waitFor();
  // Of a browser without WebGL it says so, when it has the profile and comes to draw it.
  assert.deepEqual(
    problems.filter((problem) => !/WebGL/i.test(problem)),
    [],
  );
});

const hasGo = spawnSync('go', ['version']).status === 0;

test('go tool pprof reads functions, source lines, labels, time and period', {
  skip: hasGo ? false : 'go is not installed here',
}, async (t) => {
  const { file } = await written(t, 'pprof');
  const pprof = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync('go', ['tool', 'pprof', ...words, file], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const top = pprof('-top', '-nodecount=400', '-unit=ms');
  assert.match(top, /^Type: cpu$/m);
  assert.match(top, /^Time: 20\d\d-/m);
  assert.match(top, /^Duration: /m);
  const sums = await selfMs(t);
  for (const name of ['writev', '(garbage collector)']) {
    const found = top.split('\n').find((line) => line.trimEnd().endsWith(` ${name}`) || line.includes(` ${name} `));
    const expected = sums.get(name) ?? 0;
    assert.ok(expected > 0);
    assert.ok(
      Math.abs(Number.parseFloat(found ?? '') - expected) <= 0.02 * expected + 0.1,
      `${found} and ${expected} ms`,
    );
  }
  assert.match(pprof('-raw'), /PeriodType: cpu nanoseconds\nPeriod: \d{6,8}\n/);
  assert.match(pprof('-lines', '-top', '-nodecount=400'), /src\/\S+\.ts:\d+/);
  const tags = pprof('-tags');
  assert.match(tags, / kind: Total/);
  assert.match(tags, / gc$/m);
  assert.match(tags, /fastify@[\d.]+$/m);
  assert.match(pprof('-top', '-tagfocus=kind=gc'), /\(garbage collector\)/);
});

const firefox = interopPackage('@firefox-devtools/profiler-cli');

test('the Firefox Profiler reads functions, categories and times', { skip: firefox.skip }, async (t) => {
  const { file, folder } = await written(t, 'firefox');
  const query = (
    ...words: string[]
  ): { readonly status: number | null; readonly stdout: string; readonly stderr: string } => {
    const bin = join(firefox.folder, 'node_modules/.bin/profiler-cli');
    // It keeps the profile in a daemon, and that in its home.
    return spawnSync(bin, words, { encoding: 'utf8', env: { ...process.env, HOME: folder } });
  };
  query('load', file);
  t.after(() => query('stop', '--all'));
  let asked = query('thread', 'functions', '--json');
  // It gives its daemon half a second to come up, and says that trying again often helps.
  for (let tries = 0; asked.status !== 0 && tries < 60; tries += 1) {
    await sleep(500);
    asked = query('thread', 'functions', '--json');
  }
  assert.equal(asked.status, 0, asked.stderr);
  const expected = await selfMs(t);
  for (const name of ['writev', '(garbage collector)']) {
    const own = (
      JSON.parse(asked.stdout).functions as { name: string; selfSamples?: number; selfTime?: number }[]
    ).find((one) => one.name === name);
    assert.ok(own, asked.stdout.slice(0, 2000));
    const ms = Number(own.selfSamples ?? own.selfTime);
    assert.ok(Math.abs(ms - (expected.get(name) ?? 0)) < 1, `${JSON.stringify(own)} and ${expected.get(name)} ms`);
  }
  assert.match(query('thread', 'samples').stdout, /Garbage collection/);
});
