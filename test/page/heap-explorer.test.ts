import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { exploreHeaps } from '../../src/browse/explore-heaps.ts';
import { EDGE, NODE } from '../../src/heap/snapshot-layout.ts';
import type { PageServer } from '../../src/serve/page-server.ts';
import { type NodeSpec, snapshotText } from '../heap/build-snapshot.ts';
import { launchChromium, NO_BROWSER } from '../helpers/chromium.ts';
import { HOSTILE_NAMES } from '../helpers/hostile-names.ts';

type Scheme = 'light' | 'dark';

/** A heap whose classes, properties and strings are called as an attacker would call them; the second has one more of each. */
function hostileSnapshot(copies: number): string {
  const nodes: NodeSpec[] = [{ type: NODE.synthetic, name: '', size: 0 }];
  const edges: [number, number, string | number, number][] = [];
  const add = (type: number, name: string, size: number): number => nodes.push({ type, name, size }) - 1;
  const root = add(NODE.object, 'Holder', 64);
  edges.push([0, EDGE.property, 'holder', root]);
  for (const name of HOSTILE_NAMES) {
    for (let copy = 0; copy < copies; copy++) {
      const object = add(NODE.object, name, 40);
      const text = add(NODE.string, name, 32);
      edges.push([root, EDGE.property, `${name} ${copy}`, object], [object, EDGE.property, name, text]);
    }
  }
  return snapshotText({ nodes, edges });
}

describe('the heap explorer in Chromium', { skip: NO_BROWSER }, () => {
  let browser: Browser;
  let folder: string;
  let server: PageServer;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'heap-explorer-'));
    const files = [1, 2].map((copies) => {
      const file = join(folder, `${copies}.heapsnapshot`);
      writeFileSync(file, hostileSnapshot(copies));
      return file;
    });
    server = await exploreHeaps(files, { port: 0, salvage: false });
    browser = await launchChromium();
  });

  after(async () => {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(scheme: Scheme = 'light', width = 1280): Promise<{ page: Page; misdeeds: string[] }> {
    const page = await browser.newPage({
      colorScheme: scheme,
      viewport: { width, height: 900 },
      reducedMotion: 'reduce',
    });
    const misdeeds: string[] = [];
    const { origin } = new URL(server.url);
    page.on('dialog', (dialog) => {
      misdeeds.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
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

  async function goTo(page: Page, hash: string): Promise<void> {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await page.waitForSelector(`html[data-ready=${JSON.stringify(hash)}]`);
  }

  async function axeViolations(page: Page): Promise<string[]> {
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    return (await page.evaluate(`axe.run(document).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ' ' + target + ' ' + (any[0]?.message ?? ''))))`)) as string[];
  }

  const PAGES = ['classes', 'objects', 'dominators', 'packages', 'strings', 'changes', 'suspects'];

  for (const [scheme, width] of [
    ['light', 1280],
    ['dark', 400],
  ] as const) {
    test(`hostile names, ${scheme}, ${width} px: no dialog, no request, no message, nothing for axe-core`, async () => {
      const { page, misdeeds } = await open(scheme, width);
      await page.getByLabel('Show values').check();
      for (const name of scheme === 'light' ? PAGES : PAGES.slice(0, 2)) {
        await goTo(page, `#/heap/h2/${name}`);
        assert.deepEqual((await axeViolations(page)).slice(0, 5), [], name);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, `${name} sticks out`);
      }
      await goTo(page, '#/heap/h2/objects?query=shallow%3D40&sort=id');
      await page.locator('tbody a').first().click();
      await page.getByRole('heading', { name: 'Refers to' }).waitFor();
      assert.deepEqual((await axeViolations(page)).slice(0, 5), []);
      await page.close();
      assert.deepEqual(misdeeds, []);
    });
  }

  test('from a class to its objects, to one of them, to what it says, by keyboard', async () => {
    const { page, misdeeds } = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('class:Holder');
    await page.keyboard.press('Enter');
    const found = page.getByRole('link', { name: 'Holder', exact: true });
    await found.waitFor();
    await found.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Referred to by' }).waitFor();
    const [field] = await page.locator('tbody tr', { hasText: 'alert(14)' }).all();
    assert.ok(field, 'its fields are listed');
    await page.getByRole('link', { name: 'What it alone keeps' }).click();
    await page.getByText(`Objects directly below: ${HOSTILE_NAMES.length * 2}`).waitFor();
    await page.getByRole('link', { name: 'Next' }).click();
    await page.getByText('51 to 100 of').waitFor();
    await page.close();
    assert.deepEqual(misdeeds, []);
  });

  test('values are shown when they are asked for, and not before', async () => {
    const { page } = await open();
    await goTo(page, '#/heap/h2/strings');
    assert.doesNotMatch((await page.locator('main').textContent()) ?? '', /alert\(14\)/);
    await page.getByLabel('Show values').check();
    await page.getByText('alert(14)').first().waitFor();
    await page.getByLabel('Show values').uncheck();
    await page
      .getByText(/text [0-9a-f]{8}/)
      .first()
      .waitFor();
    assert.doesNotMatch((await page.locator('main').textContent()) ?? '', /alert\(14\)/);
    await page.close();
  });

  test('what is new is listed down to the object', async () => {
    const { page } = await open();
    await goTo(page, '#/heap/h2/changes');
    await page.getByRole('row', { name: /^toString \+1/ }).waitFor();
    await page.close();
  });

  test('a query that cannot be read is told', async () => {
    const { page } = await open();
    await goTo(page, '#/heap/h2/objects?query=colour%3Ared');
    await page.getByRole('alert').getByText('"colour" is no term of a query.').waitFor();
    await page.getByText('Terms are class:NAME').waitFor();
    await page.close();
  });
});
