import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { browseRuns } from '../../src/browse/browse-runs.ts';
import { encodeJournalLine } from '../../src/format/journal.ts';
import { lockRun } from '../../src/record/run-lock.ts';
import type { PageServer } from '../../src/serve/page-server.ts';
import { HEALTHY, LEAK, type ManyRuns, OPEN, writeManyRuns } from '../browse/many-runs.ts';
import { launchChromium, NO_BROWSER } from '../helpers/chromium.ts';

const OTHERS = 197;

/** All that are in memory, in the document or not; garbage is collected first. */
async function countCanvases(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  const prototype = await session.send('Runtime.evaluate', { expression: 'HTMLCanvasElement.prototype' });
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: prototype.result.objectId! });
  const { result } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId!,
    functionDeclaration: 'function () { return this.length; }',
    returnByValue: true,
  });
  await session.detach();
  return result.value as number;
}

describe('profiler ui in Chromium, with 200 runs', { skip: NO_BROWSER }, () => {
  let browser: Browser;
  let runs: ManyRuns;
  let server: PageServer;

  before(async () => {
    runs = writeManyRuns(OTHERS);
    server = await browseRuns({ dir: runs.profiles, reports: runs.reports, port: 0 });
    browser = await launchChromium();
  });

  after(async () => {
    await browser.close();
    await server.close();
    runs.remove();
  });

  async function open(scheme: 'light' | 'dark' = 'light', width = 1280): Promise<{ page: Page; misdeeds: string[] }> {
    const page = await browser.newPage({
      colorScheme: scheme,
      viewport: { width, height: 900 },
      reducedMotion: 'reduce',
    });
    const misdeeds: string[] = [];
    const { origin } = new URL(server.url);
    page.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/`) && request.url() !== 'data:,')
        misdeeds.push(`request ${request.url()}`);
    });
    page.on('console', (message) => misdeeds.push(`console ${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => misdeeds.push(`error ${error.message}`));
    await page.goto(server.url);
    await page.waitForSelector('html[data-ready]');
    return { page, misdeeds };
  }

  async function assertAccessible(page: Page, width: number, name: string): Promise<void> {
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const violations = (await page.evaluate(`axe.run(document).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ' ' + target + ' ' + (any[0]?.message ?? ''))))`)) as string[];
    assert.deepEqual(violations.slice(0, 5), [], name);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, `${name} sticks out`);
  }

  for (const [scheme, width] of [
    ['light', 1280],
    ['dark', 400],
  ] as const) {
    test(`list, run, comparison, report and snapshot, ${scheme}, ${width} px`, async () => {
      const { page, misdeeds } = await open(scheme, width);
      await page.getByText(`${OTHERS + 3} runs, newest first`).waitFor();
      await assertAccessible(page, width, 'the list');
      await page.getByLabel('Filter runs').fill('17-4');
      assert.equal(await page.locator('tbody tr').count(), 2);
      await page
        .getByRole('row', { name: new RegExp(LEAK) })
        .getByText('FAILED')
        .waitFor();
      await page
        .getByRole('row', { name: new RegExp(HEALTHY) })
        .getByText('PASSED')
        .waitFor();

      await page.getByRole('link', { name: LEAK }).click();
      await page.getByRole('row', { name: /listener-leak/ }).waitFor();
      await page.waitForSelector('.charts [data-drawn]');
      await assertAccessible(page, width, 'the run');

      await page.getByRole('link', { name: 'Explore the last snapshot' }).click();
      await page.getByRole('row', { name: /^Order 5/ }).waitFor();
      await page.getByRole('link', { name: 'Changes' }).click();
      await page.getByText('Compared with:').waitFor();
      await page.getByRole('link', { name: 'The run' }).click();

      await page.getByRole('link', { name: 'Open the report' }).click();
      await page.waitForSelector('html[data-ready="true"] #verdict');
      assert.equal(await page.evaluate('self.origin'), 'null', 'a report runs apart from the pages');
      await page.goBack();
      await page.getByRole('link', { name: 'Runs' }).click();

      await page.getByLabel(`Compare ${HEALTHY}`).check();
      await page.getByLabel(`Compare ${LEAK}`).check();
      await page.getByRole('button', { name: 'Compare two runs' }).click();
      await page
        .getByRole('row', { name: /gone in B/ })
        .first()
        .waitFor();
      await page.waitForSelector('.charts [data-drawn]');
      await page.getByText(/^B against A, per request: .* samples, against .* samples\. Grey/).waitFor();
      await page.locator('.compared-cpu canvas').first().waitFor();
      await assertAccessible(page, width, 'the comparison');
      await page.close();
      assert.deepEqual(misdeeds, []);
    });
  }

  test('a comparison of the CPU that cannot be drawn is told, in place of "Reading" for ever', async () => {
    const { page, misdeeds } = await open();
    await page.route('**/api/compared-cpu/**', (route) => route.fulfill({ json: {} }));
    await page.getByLabel(`Compare ${HEALTHY}`).check();
    await page.getByLabel(`Compare ${LEAK}`).check();
    await page.getByRole('button', { name: 'Compare two runs' }).click();
    await page.getByText(/^The CPU profiles could not be compared: TypeError/).waitFor();
    await page.close();
    assert.deepEqual(misdeeds, []);
  });

  test('a run that is recorded now goes on while one looks, and says when it has ended', async () => {
    const dir = join(runs.profiles, OPEN);
    const samples = readFileSync('test/fixtures/runs/leak/samples.ndjson', 'utf8').trim().split('\n');
    const later = samples.slice(Math.ceil(samples.length / 2));
    const lock = await lockRun(dir);
    const { page, misdeeds } = await open();
    try {
      await page
        .getByRole('row', { name: new RegExp(OPEN) })
        .getByText('RECORDING')
        .waitFor();
      await page.getByRole('link', { name: OPEN }).click();
      appendFileSync(join(dir, 'samples.ndjson'), `${later.slice(0, 5).join('\n')}\n`);
      await page.getByText(/^Recording: steady, .* of 1 m 00 s$/).waitFor();
      // Who reads a chart by keyboard stays in it when the curves go on. Not by a locator: its handle would hold the chart.
      await page.evaluate(`(() => {
        const chart = document.querySelector('.charts [data-drawn]');
        chart.focus();
        window.drawnAgain = new Promise((done) => {
          const context = chart.querySelector('canvas').getContext('2d');
          const stroke = context.stroke.bind(context);
          context.stroke = (...path) => { done(); stroke(...path); };
          new MutationObserver(done).observe(document.querySelector('.charts'), { childList: true });
        });
      })()`);
      appendFileSync(join(dir, 'samples.ndjson'), `${later.slice(5, 8).join('\n')}\n`);
      await page.evaluate('window.drawnAgain.then(() => {})');
      assert.equal(await page.evaluate("document.activeElement.matches('.charts [data-drawn]')"), true);
      const { monoMs, wallMs } = JSON.parse(later.at(-1)!) as { monoMs: number; wallMs: number };
      const end = { monoMs, wallMs, type: 'end', reason: 'completed', detail: '' };
      appendFileSync(join(dir, 'events.ndjson'), encodeJournalLine(end));
      await page.getByText(/^The run has ended/).waitFor();
      // Not by waitForSelector: its handle would hold them.
      await page.locator('.charts [data-drawn]').first().waitFor();
      await page.getByRole('link', { name: 'Runs' }).click();
      await page.getByText(/runs, newest first/).waitFor();
      // What was about to be drawn is let go with the next frame.
      for (let frames = 0; frames < 20 && (await countCanvases(page)) > 0; frames++)
        await page.evaluate('new Promise(requestAnimationFrame)');
      assert.equal(await countCanvases(page), 0, 'charts that are no longer shown are held by nothing');
    } finally {
      lock.release();
      await page.close();
    }
    assert.deepEqual(misdeeds, []);
  });

  test('no other file can be had, and a report cannot ask for anything', async () => {
    writeFileSync(
      join(runs.reports, HEALTHY, 'index.html'),
      `<!doctype html><title>foreign</title><script>
        fetch('/api/runs').then(() => { document.title = 'read'; }, () => { document.title = 'refused'; });
      </script>`,
    );
    const { page } = await open();
    const keys = (await page.evaluate(`fetch('/api/runs').then((answer) => answer.json())`)) as {
      id: string;
      key: string;
    }[];
    const key = keys.find(({ id }) => id === HEALTHY)?.key ?? '';
    for (const path of [`/report/${HEALTHY}`, `/api/run/${LEAK}`, `/api/heap/${key}-99/overview`, `/api/heaps?of=..`])
      assert.equal(await page.evaluate(`fetch(${JSON.stringify(path)}).then(({ status }) => status)`), 404, path);
    await page.goto(new URL(`/report/${key}`, server.url).href);
    await page.waitForFunction(`document.title === 'refused'`);
    await page.close();
  });
});
