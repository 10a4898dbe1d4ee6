import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHostClock } from '../../src/capture/host-clock.ts';
import { ProfilerError } from '../../src/model/errors.ts';
import { seriesText } from '../../src/model/scrape.ts';
import { createRun } from '../../src/record/open-run.ts';
import { readRun } from '../../src/record/read-run.ts';
import { createRunLog } from '../../src/soak/run-log.ts';
import { prepareScrape, scrapeIntervalMs } from '../../src/soak/scraping.ts';
import { syntheticRun } from '../helpers/synthetic-run.ts';

const never = new AbortController().signal;

test('readings, failures between them, and series that come later are in the run', async (t) => {
  let answered = 0;
  const server = createServer((_, response) => {
    answered += 1;
    if (answered === 3) response.writeHead(503).end();
    else response.end(`depth ${answered}\n${answered > 3 ? 'late_total{kind="a\\"b"} 9\n' : ''}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dir = mkdtempSync(join(tmpdir(), 'scraping-'));
  t.after(() => {
    server.close();
    server.closeAllConnections();
    rmSync(dir, { recursive: true, force: true });
  });
  const clock = createHostClock();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  const scrape = await prepareScrape(url, 60_000, { clock, stop: never });
  assert.deepEqual(scrape.plan.series.map(seriesText), ['depth']);

  const manifest = { ...syntheticRun({ seed: 1 }).manifest, scrape: scrape.plan };
  const recorder = await createRun(join(dir, 'run'), manifest);
  const said: string[] = [];
  const log = createRunLog(Promise.resolve(recorder), clock, {
    status: () => {},
    happened: (text) => void said.push(text),
  });
  const scraping = scrape.start({ recorder, log, clock, segment: () => 2 });
  while (answered < 5) await sleep(50);
  await scraping.stop();
  await recorder.close();

  const run = await readRun(join(dir, 'run'));
  assert.deepEqual(
    run.damage.filter(({ file }) => file.startsWith('scrapes')),
    [],
  );
  const seen = run.scrapes
    .slice(0, 4)
    .map(({ segment, exposed, values, error }) => [segment, exposed, { ...values }, error]);
  assert.deepEqual(seen, [
    [2, 1, { 0: 2 }, null],
    [2, null, {}, 'status 503'],
    [2, 2, { 0: 4, 1: 9 }, null],
    [2, 2, { 0: 5, 1: 9 }, null],
  ]);
  assert.deepEqual(run.manifest.scrape?.series.map(seriesText), ['depth', 'late_total{kind="a\\"b"}']);
  assert.equal(said.filter((text) => text.includes('cannot be read: status 503')).length, 1);
  assert.ok(run.events.some((event) => event.type === 'note' && event.detail.includes('can be read again')));
});

test('an address at which nothing can be read ends the run before it begins, with what to do', async () => {
  let nowMs = 0;
  const clock = { wallMs: () => 0, monoMs: () => (nowMs += 6000) };
  await assert.rejects(
    prepareScrape('http://me:secret@127.0.0.1:9/metrics', 60_000, { clock, stop: never }),
    (error) => {
      assert.ok(error instanceof ProfilerError);
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /No metrics can be read at http:\/\/127\.0\.0\.1:9\/metrics/);
      return true;
    },
  );
});

test('once a second in a minute, once in 15 s in a night', () => {
  assert.deepEqual([60_000, 3_600_000, 8 * 3_600_000].map(scrapeIntervalMs), [1000, 5000, 15_000]);
});
