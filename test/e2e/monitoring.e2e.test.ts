import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readRun } from '../../src/record/read-run.ts';
import { dashboardPanels } from '../deploy/dashboard.ts';
import { freePort } from '../helpers/free-port.ts';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findOnPath, type RunningPrometheus, startPrometheus } from '../helpers/prometheus.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { soakInFolder } from './soak-in-folder.ts';

const skip = skipIfMissing('Prometheus (Debian: prometheus)', findOnPath('prometheus') !== null);

/** That of deploy/, with the addresses of this test and short intervals. */
function configFor(servicePort: number, profilerPort: number): string {
  return readFileSync('deploy/prometheus/prometheus.yml', 'utf8')
    .replace('service:3000', `127.0.0.1:${servicePort}`)
    .replace('service:9464', `127.0.0.1:${profilerPort}`)
    .replace('scrape_interval: 5s', 'scrape_interval: 1s')
    .replace('evaluation_interval: 15s', 'evaluation_interval: 2s');
}

/** As Grafana would ask: its variables filled in. */
function asked(expr: string, service: string): string {
  return expr.replaceAll('$__rate_interval', '5s').replaceAll('$service', service);
}

/** Asks again and again until every query has data or the tool has ended. */
async function unanswered(
  prometheus: RunningPrometheus,
  exprs: readonly string[],
  isOver: () => boolean,
): Promise<string[]> {
  let open = [...exprs];
  while (open.length > 0 && !isOver()) {
    const answers = await Promise.all(open.map((expr) => prometheus.query(expr)));
    open = open.filter((_, i) => !answers[i]?.some(({ value }) => value[1] !== 'NaN'));
    await sleep(500);
  }
  return open;
}

test("a soak that Prometheus watches: each query of the dashboard has data, each rule is evaluated; the service's metrics are in the run", {
  skip,
}, async (t) => {
  const service = await spawnService('dist/src/demo/main.js');
  t.after(() => service.stop());
  const profilerPort = await freePort();
  const prometheus = await startPrometheus(configFor(service.port, profilerPort), {
    'alerts.yml': readFileSync('deploy/prometheus/alerts.yml', 'utf8'),
  });
  t.after(() => prometheus.stop());
  const exprs = dashboardPanels()
    .flatMap(({ targets = [] }) => targets)
    .map(({ expr }) => asked(expr, 'soak-profiler'));
  let isOver = false;
  let silent: Promise<string[]> = Promise.resolve(['the tool did not start']);
  const soak = await soakInFolder(
    t,
    ['soak', '--pid', String(service.pid), '--seconds', '25', '--snapshots', '0', '--scenario', 'evidence-archive']
      .concat([
        '--url',
        service.baseUrl,
        '--scrape',
        `${service.baseUrl}/metrics`,
        '--metrics-port',
        String(profilerPort),
      ])
      .concat(['--fail-on', 'none']),
    {
      onStart: () => {
        silent = unanswered(prometheus, exprs, () => isOver);
      },
    },
  );
  isOver = true;
  assert.equal(soak.code, 0, soak.stderr);
  assert.deepEqual(await silent, [], soak.stderr);

  interface Rules {
    readonly groups: readonly { readonly rules: readonly { readonly name: string; readonly health: string }[] }[];
  }
  const { groups } = await prometheus.get<Rules>('rules');
  const rules = groups.flatMap(({ rules }) => rules);
  assert.equal(rules.length, 15);
  assert.deepEqual(
    rules.filter(({ health }) => health !== 'ok').map(({ name }) => name),
    [],
  );

  const { manifest, scrapes } = await readRun(soak.runDir);
  assert.ok(scrapes.length > 15 && scrapes.every(({ error }) => error === null), `${scrapes.length} readings`);
  const names = new Set(manifest.scrape?.series.map(({ name }) => name));
  for (const name of ['cache_hits_total', 'db_pool_waiting', 'http_request_duration_seconds_sum'])
    assert.ok(names.has(name), name);
  const page = readFileSync(`${soak.reportDir}/index.html`, 'utf8');
  assert.match(page, /cache_hits_total of hits and misses/);
  await assert.rejects(
    fetch(`http://127.0.0.1:${profilerPort}/metrics`),
    'the figures are served no longer than the run',
  );
});

test('a service that reports a queue that grows without end: the queue is the finding', async (t) => {
  const service = await spawnService('test/targets/metrics-service.mjs', { args: ['--fault', 'queue'] });
  t.after(() => service.stop());
  const { code, stderr, report } = await soakInFolder(t, [
    ...['soak', '--pid', String(service.pid), '--seconds', '45', '--snapshots', '0', '--url', service.baseUrl],
    ...['--scenario', 'test/targets/scenarios/metrics-service.yaml', '--scrape', `${service.baseUrl}/metrics`],
  ]);
  assert.equal(code, 1, stderr);
  // Mails that wait are held by the heap too, which a run without snapshots may suspect.
  const [finding, ...others] = report().findings.filter(({ confidence }) => confidence !== 'possible');
  assert.deepEqual(
    others.map(({ title }) => title),
    [],
  );
  assert.equal(finding?.subject.class, 'mail_queue_depth{queue="outgoing"}');
  assert.equal(finding?.kind, 'throughput-degradation');
});
