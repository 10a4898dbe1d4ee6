import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Locator, Page } from 'playwright-core';
import { renderFlameHtml } from '../../src/report/render-flame-html.ts';
import { renderHtml } from '../../src/report/render-html.ts';
import { launchChromium, NO_BROWSER } from '../helpers/chromium.ts';
import { hostileDocument, hostileFlame } from '../helpers/hostile-document.ts';
import { pageAssets } from '../helpers/page-assets.ts';
import { healthyDocument, leakDocument, RECORDED_LEAK, scarceDocument } from '../helpers/report-document.ts';

type Scheme = 'light' | 'dark';

/** A page with all that it did and should not have: dialogs, requests, messages. */
interface WatchedPage {
  readonly page: Page;
  readonly misdeeds: string[];
}

let browser: Browser;
let folder: string;

const PAGES: Record<string, () => string> = {
  leak: () =>
    renderHtml({
      document: leakDocument(),
      explanations: new Map([
        ['docs/findings/listener-leak.md', readFileSync('docs/findings/listener-leak.md', 'utf8')],
      ]),
      ...pageAssets(),
    }),
  'leak-editor': () =>
    renderHtml({
      document: leakDocument(),
      editor: 'vscode://file/srv/my%20app/{file}:{line}:{column}',
      ...pageAssets(),
    }),
  healthy: () => renderHtml({ document: healthyDocument(), ...pageAssets() }),
  scarce: () => renderHtml({ document: scarceDocument(), ...pageAssets() }),
  hostile: () => renderHtml({ document: hostileDocument(), ...pageAssets() }),
  recording: () =>
    renderFlameHtml({
      title: 'recording',
      flames: [hostileFlame(['first', 'second'])],
      timeline: {
        frames: ['(root)', 'first', 'second'].map((name) => ({ name, place: null })),
        frameOf: [0, 1, 2],
        parentOf: [-1, 0, 0],
        samples: { nodes: [1, 2, 2], startsUs: [0, 1000, 2000], endsUs: [1000, 2000, 3000] },
      },
      ...pageAssets(),
    }),
  flame: () => renderFlameHtml({ title: 'CPU, 30 s', flames: [hostileFlame()], ...pageAssets() }),
};

function watch(page: Page, own: string): string[] {
  const misdeeds: string[] = [];
  page.on('dialog', (dialog) => {
    misdeeds.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== own && request.url() !== 'data:,') misdeeds.push(`request ${request.url()}`);
  });
  page.on('console', (message) => misdeeds.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => misdeeds.push(`error ${error.message}`));
  return misdeeds;
}

async function open(name: string, scheme: Scheme = 'light', width = 1280): Promise<WatchedPage> {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, PAGES[name]?.() ?? '');
  const page = await browser.newPage({
    colorScheme: scheme,
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
  });
  const own = pathToFileURL(file).href;
  const misdeeds = watch(page, own);
  await page.goto(own);
  await page.waitForSelector('html[data-ready]');
  return { page, misdeeds };
}

/** Rules of axe-core that the page breaks, with the element. Run from outside, so the page's own policy stays as it is. */
async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return (await page.evaluate(`axe.run(document).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ' ' + target + ' ' + (any[0]?.message ?? ''))))`)) as string[];
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? '';
}

/** Canvases on which anything is drawn, and all of them. */
async function drawnCanvases(page: Page, within: string): Promise<[drawn: number, all: number]> {
  return (await page.evaluate(`(() => {
    const canvases = [...document.querySelectorAll('${within} canvas')];
    const drawn = canvases.filter((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return data.some((byte) => byte !== 0);
    });
    return [drawn.length, canvases.length];
  })()`)) as [number, number];
}

describe('the report in a browser', { skip: NO_BROWSER }, () => {
  before(async () => {
    browser = await launchChromium();
    folder = mkdtempSync(join(tmpdir(), 'report-page-'));
  });
  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  for (const name of Object.keys(PAGES)) {
    for (const scheme of ['light', 'dark'] as const) {
      test(`${name}, ${scheme}: no dialog, no request, no message, nothing for axe-core`, async () => {
        const { page, misdeeds } = await open(name, scheme);
        const violations = await axeViolations(page);
        await page.close();
        assert.deepEqual(misdeeds, []);
        assert.deepEqual(violations.slice(0, 10), []);
      });
    }
  }

  test('charts and flame graph are drawn', async () => {
    const { page } = await open('leak');
    await page.waitForSelector('[data-mount="charts"] [data-drawn]');
    const series = leakDocument().series.length;
    assert.deepEqual(await drawnCanvases(page, '[data-mount="charts"]'), [series, series]);
    assert.deepEqual(await drawnCanvases(page, '[data-mount="latency"]'), [2, 2]);
    assert.deepEqual(await drawnCanvases(page, '[data-mount="flames"]'), [1, 1]);
    assert.deepEqual(await drawnCanvases(page, '[data-mount="allocations"]'), [1, 1]);
    await page.close();
  });

  test('the flame graph zooms by keyboard and says where it is', async () => {
    const { page } = await open('leak');
    const flame = page.locator('#cpu .flame');
    await flame.focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowDown'])
      await page.keyboard.press(key);
    assert.match(await textOf(page.locator('#cpu .flame-status')), /^\w.*, node:\w+:\d+:\d+: .*%/);
    await page.keyboard.press('Enter');
    assert.equal(await flame.getAttribute('data-zoom'), '3');
    await page.keyboard.press('Escape');
    assert.equal(await flame.getAttribute('data-zoom'), '2');
    await page.keyboard.press('Home');
    assert.equal(await flame.getAttribute('data-zoom'), '0');
    await page.close();
  });

  test('a click zooms, and the pointer shows place and share', async () => {
    const { page } = await open('leak');
    const flame = page.locator('#cpu .flame');
    await flame.scrollIntoViewIfNeeded();
    await flame.hover({ position: { x: 30, y: 28 } });
    assert.match(await textOf(page.locator('#cpu .tip')), /\w.*: .* %/);
    await flame.click({ position: { x: 30, y: 28 } });
    assert.equal(await flame.getAttribute('data-zoom'), '1');
    await page.close();
  });

  test('the difference says in words what grew', async () => {
    const { page } = await open('leak');
    await page.getByRole('button', { name: 'Change from first to last' }).click();
    assert.match(await textOf(page.locator('#cpu .flame-bar .quiet')), /^per request: .*, against .*/);
    await page.locator('#cpu .flame').focus();
    await page.keyboard.press('ArrowDown');
    assert.match(await textOf(page.locator('#cpu .flame-status')), /[+-]\d+ % against .* before/);
    await page.close();
  });

  test('a frame drawn in a chart selects the CPU windows and the growth of that time, Escape ends it', async () => {
    const { page, misdeeds } = await open('leak');
    const chart = page.locator('[data-mount="charts"] .u-over').first();
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    if (!box) throw new Error('the chart has no place');
    await page.mouse.move(box.x + 0.05 * box.width, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.6 * box.width, box.y + 40, { steps: 5 });
    await page.mouse.up();
    const pressed = page.locator('#cpu .flame-bar button[aria-pressed="true"]').first();
    assert.equal(await textOf(pressed), 'Selected time');
    const inTime = await textOf(page.locator('#cpu .flame-bar .quiet'));
    assert.match(inTime, /^\d.* s to .*requests.*samples/);
    assert.match(
      await textOf(page.locator('#heap [data-mount="allocations"]')),
      /Growth in the selected time|No two readings/,
    );
    await page.getByRole('button', { name: 'Selected time against the rest' }).click();
    assert.match(await textOf(page.locator('#cpu .flame-bar .quiet')), /, against /);
    await page.locator('[data-mount="charts"] [data-drawn]').nth(1).focus();
    await page.keyboard.press('Escape');
    assert.equal(await textOf(pressed), 'Last window');
    assert.deepEqual(misdeeds, []);
    await page.close();
  });

  test('a time is selected by keyboard, and a time without windows says so', async () => {
    const { page } = await open('leak');
    const chart = page.locator('[data-mount="charts"] [data-drawn]').first();
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    assert.match(await textOf(page.locator('[data-mount="charts"] .value').first()), / at \d/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    assert.match(await textOf(page.locator('#cpu')), /No CPU window lies in the selected time/);
    await page.close();
  });

  test('all charts tell the same time', async () => {
    const { page } = await open('leak');
    const chart = page.locator('[data-mount="charts"] .u-over').first();
    await chart.hover({ position: { x: 200, y: 40 } });
    const values = await page.locator('[data-mount="charts"] .value').allTextContents();
    const times = new Set(values.filter((text) => text !== '').map((text) => text.replace(/.* at /, '')));
    assert.equal(times.size, 1, [...times].join(' | '));
    await page.close();
  });

  test('from the leaves, and around one function', async () => {
    const { page } = await open('leak');
    const flame = page.locator('#cpu .flame');
    await page.locator('#cpu').getByRole('button', { name: 'From the leaves' }).click();
    await flame.focus();
    await page.keyboard.press('ArrowDown');
    const heaviest = (await textOf(page.locator('#cpu .flame-status'))).split(',')[0];
    await page.keyboard.press('s');
    const headings = await page.locator('#cpu h3').allTextContents();
    assert.deepEqual(headings, [`Callers of ${heaviest}, the nearest first`, `What ${heaviest} calls`]);
    assert.equal(await page.locator('#cpu .flame').count(), 2);
    assert.deepEqual(await axeViolations(page), []);
    await page.close();
  });

  test('/ searches tables and flame graphs by regular expression, Escape ends it', async () => {
    const { page } = await open('leak');
    await page.keyboard.press('/');
    await page.keyboard.type('^(answerQuote|Quote|closure onRate)');
    const shown = page.locator('#heap tbody tr:visible');
    const all = await page.locator('#heap tbody tr').count();
    assert.ok((await shown.count()) < all);
    assert.ok((await shown.count()) > 0);
    assert.match(await textOf(page.locator('.search [role="status"]')), /\d+ rows, \d+\.\d % of CPU time/);
    await page.keyboard.press('Escape');
    assert.equal(await shown.count(), all);
    await page.close();
  });

  test('? shows the keys, g c goes to the CPU', async () => {
    const { page } = await open('leak');
    await page.keyboard.press('?');
    assert.ok(await page.getByRole('dialog').isVisible());
    assert.deepEqual(await axeViolations(page), []);
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    assert.equal(await page.evaluate('location.hash'), '#cpu');
    await page.close();
  });

  test('the series can be saved as CSV', async () => {
    const { page } = await open('leak');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    const lines = readFileSync(await (await download).path(), 'utf8')
      .trim()
      .split('\n');
    const points = leakDocument().series.reduce((sum, series) => sum + series.points.length, 0);
    assert.equal(lines[0], 'metric,unit,seconds,value');
    assert.equal(lines.length, points + 1);
    await page.close();
  });

  test('a recording is also drawn in order of time', async () => {
    const { page, misdeeds } = await open('recording');
    await page.getByRole('button', { name: 'In order of time' }).click();
    await page.locator('.flame').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    assert.match(await textOf(page.locator('.flame-status')), /^second, native: 2\.0 ms/);
    assert.deepEqual(misdeeds, []);
    await page.close();
  });

  test('a finding is linked by its id, explains itself, and its command is copied', async () => {
    const { page, misdeeds } = await open('leak');
    const { id, verify } = RECORDED_LEAK;
    await page.locator(`#finding-${id} .permalink`).click();
    assert.equal(await page.evaluate('location.hash'), `#finding-${id}`);
    const card = page.locator(`#finding-${id}`);
    await card.getByText('How it is found, what to do, how to check').click();
    assert.ok(await card.getByText('Heap snapshots show that the list of listeners').isVisible());
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await card.getByRole('button', { name: 'Copy the command' }).click();
    await card.getByText('Copied').waitFor();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), verify);
    assert.deepEqual(misdeeds, []);
    await page.close();
  });

  test('lines of the service are links into the editor that was named, those of packages are not', async () => {
    const { page, misdeeds } = await open('leak-editor');
    const links = (await page.evaluate(
      "[...document.querySelectorAll('a.editor')].map((link) => link.getAttribute('href') + ' ' + link.textContent)",
    )) as string[];
    assert.ok(links.includes('vscode://file/srv/my%20app/server.mjs:53:8 server.mjs:53:8'), links.join('\n'));
    assert.ok(links.every((link) => link.startsWith('vscode://file/srv/my%20app/')));
    assert.deepEqual(
      links.filter((link) => /node:|@\d/.test(link)),
      [],
    );
    assert.deepEqual(misdeeds, []);
    await page.close();
    const plain = await open('leak');
    assert.equal(await plain.page.locator('a.editor').count(), 0);
    await plain.page.close();
  });

  test('on a narrow screen nothing sticks out sideways', async () => {
    for (const name of ['leak', 'hostile']) {
      const { page } = await open(name, 'light', 420);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 420, name);
      await page.close();
    }
  });

  test('without JavaScript verdict, line and tables are there', async () => {
    const file = join(folder, 'no-script.html');
    writeFileSync(file, PAGES.leak?.() ?? '');
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    const text = await textOf(page.locator('main'));
    for (const words of ['LEAK CONFIRMED', 'server.mjs:53:8', 'closure onRate', 'answerQuote']) {
      assert.ok(text.includes(words), words);
    }
    await context.close();
  });

  test('the script stays below 60 KB compressed', () => {
    assert.ok(gzipSync(pageAssets().script).length < 60_000);
  });
});
