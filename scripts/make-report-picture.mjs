// Makes a picture of a report for the README: node scripts/make-report-picture.mjs reports/<id>/index.html docs/report.png
// Options after the two paths: --dark, --width 420, --full (the whole page rather than the first screen).
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dark: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    width: { type: 'string', default: '1280' },
    height: { type: 'string', default: '860' },
  },
});
const [report, picture] = positionals;
if (!report || !picture) {
  console.error('usage: node scripts/make-report-picture.mjs reports/<id>/index.html docs/report.png');
  process.exit(2);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_BIN ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
});
try {
  const page = await browser.newPage({
    viewport: { width: Number(values.width), height: Number(values.height) },
    deviceScaleFactor: 2,
    colorScheme: values.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    offline: true,
  });
  await page.goto(pathToFileURL(resolve(report)).href);
  await page.waitForSelector('html[data-ready]');
  await page.waitForTimeout(300);
  mkdirSync(dirname(resolve(picture)), { recursive: true });
  await page.screenshot({ path: picture, fullPage: values.full });
} finally {
  await browser.close();
}
