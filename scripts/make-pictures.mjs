// Makes the pictures of the README, all from one run of the demo: npm run docs:pictures (needs tmux and Chromium; two minutes).
// With a folder as its only argument the run is kept there and, if it is already there, used again.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const MAIN = resolve('dist/src/cli/main.js');
const PICTURES = resolve('docs/pictures');
/** A README is read on a phone as well. */
const MOST_BYTES = 150_000;
const DEMO_MS = 10 * 60_000;

const kept = process.argv[2];
const folder = kept === undefined ? mkdtempSync(join(tmpdir(), 'pictures-')) : resolve(kept);
mkdirSync(folder, { recursive: true });
mkdirSync(PICTURES, { recursive: true });
const [run, report, screen] = ['run', 'report', 'live.txt'].map((name) => join(folder, name));

if (!existsSync(join(report, 'index.html'))) await recordDemo();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run'],
});
try {
  await pictureOfReport();
  await pictureOfFlames();
  await pictureOfScreen();
  await pictureOfHeap();
} finally {
  await browser.close();
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
}

/** In a terminal of its own, whose screen is kept as it was late in the run, with suspects in it. */
async function recordDemo() {
  const tmux = (...words) =>
    spawnSync('tmux', ['-L', `pictures-${process.pid}`, '-f', '/dev/null', ...words], { encoding: 'utf8' });
  const line = `exec '${process.execPath}' '${MAIN}' demo --out '${run}' --report-dir '${report}'`;
  tmux(
    'new-session',
    '-d',
    '-x',
    '100',
    '-y',
    '26',
    `SOAK_PROFILER_COMMAND=profiler; export SOAK_PROFILER_COMMAND; ${line}`,
  );
  const endMs = Date.now() + DEMO_MS;
  let shown = '';
  while (tmux('has-session').status === 0) {
    const now = tmux('capture-pane', '-p').stdout;
    const hasSuspect = /suspects +\S+ +\+/.test(now);
    // Best is one with a slope, which takes some collections.
    if (hasSuspect && (/MB\/h/.test(now) || !/MB\/h/.test(shown))) shown = now;
    if (Date.now() > endMs) {
      tmux('kill-server');
      throw new Error('the demo did not end');
    }
    await sleep(500);
  }
  if (shown === '') throw new Error('no suspect was ever shown');
  writeFileSync(screen, shown);
}

async function openPage(address, height, scheme = 'light') {
  const page = await browser.newPage({
    viewport: { width: 1000, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  await page.goto(address);
  return page;
}

async function keep(page, name) {
  const path = join(PICTURES, `${name}.png`);
  await page.screenshot({ path });
  await page.close();
  const { size } = statSync(path);
  console.log(`${path}: ${size} bytes`);
  if (size > MOST_BYTES) throw new Error(`${name}.png has ${size} bytes, more than ${MOST_BYTES}`);
}

async function pictureOfReport() {
  const page = await openPage(pathToFileURL(join(report, 'index.html')).href, 640);
  await page.waitForSelector('html[data-ready]');
  await keep(page, 'report');
}

async function pictureOfFlames() {
  const page = await openPage(pathToFileURL(join(report, 'index.html')).href, 620, 'dark');
  await page.waitForSelector('html[data-ready]');
  await page.locator('#cpu').evaluate((section) => section.scrollIntoView());
  await page.locator('#cpu canvas').first().waitFor();
  await keep(page, 'flame');
}

async function pictureOfScreen() {
  const page = await openPage('about:blank', 10);
  await page.setContent(
    '<style>body { margin: 0; background: #16181d } pre { margin: 0; padding: 14px; width: max-content; color: #d6dae0; font: 14px/1.25 "DejaVu Sans Mono", monospace }</style><pre></pre>',
  );
  const place = page.locator('pre');
  await place.evaluate((element, text) => {
    element.textContent = text;
  }, readFileSync(screen, 'utf8').trimEnd());
  const { width, height } = await place.boundingBox();
  await page.setViewportSize({ width: Math.ceil(width), height: Math.ceil(height) });
  await keep(page, 'live-view');
}

async function pictureOfHeap() {
  const files = readdirSync(join(run, 'heap'))
    .filter((name) => name.endsWith('.heapsnapshot'))
    .sort()
    .map((name) => join(run, 'heap', name));
  const server = spawn(process.execPath, [MAIN, 'heap', 'explore', ...files], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const address = await Promise.race([addressOf(server.stdout), addressOf(server.stderr)]);
    const page = await openPage(address, 620);
    // Its first page: that of the suspects says where the script lies on this machine.
    await page.locator('tbody tr', { hasText: 'AuditRecord' }).first().waitFor();
    await keep(page, 'explorer');
  } finally {
    server.kill('SIGINT');
    await once(server, 'exit');
  }
}

async function addressOf(stream) {
  for await (const line of createInterface({ input: stream })) {
    const [address] = /http:\/\/127\.0\.0\.1:\S+/.exec(line) ?? [];
    if (address) return address;
  }
  return new Promise(() => {});
}
