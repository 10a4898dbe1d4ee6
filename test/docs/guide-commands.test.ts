import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { exportedMetric } from '../../src/exchange/metric-name.ts';
import { METRICS, type MetricName } from '../../src/model/metric-catalogue.ts';
import { commandsOf, filesOf } from './guide-commands.ts';

test('commands and files are taken from a guide in order, those in comments are not', () => {
  const guide =
    '```sh\n# words\nnpx a &\nnpx b\n```\n<!--\n```sh\nnpx c\n```\n-->\n```yaml\n# f.yaml\nx: 1\n```\n```sql\nSELECT 1;\n```\n';
  assert.deepEqual(
    commandsOf(guide).map(({ language, text, isBackground }) => [language, text, isBackground]),
    [
      ['sh', 'npx a', true],
      ['sh', 'npx b', false],
      ['sql', 'SELECT 1;', false],
    ],
  );
  assert.deepEqual(filesOf(guide), [{ name: 'f.yaml', text: '# f.yaml\nx: 1\n' }]);
});

test('metrics that guide, rules and dashboard speak of exist', () => {
  const served = new Set((Object.keys(METRICS) as MetricName[]).map((metric) => exportedMetric(metric).name));
  const live = readFileSync('src/exchange/live-metrics.ts', 'utf8');
  for (const file of [
    'docs/performance-testing.md',
    'deploy/prometheus/alerts.yml',
    'deploy/grafana/dashboards/profiler.json',
  ]) {
    const names = new Set(readFileSync(file, 'utf8').match(/\bprofiler_[a-z0-9_]+/g));
    assert.ok(names.size > 5, file);
    for (const name of names)
      assert.ok(
        served.has(name) || live.includes(`'${name.replace('profiler_', '')}'`) || live.includes(`'${name}'`),
        `${file}: ${name}`,
      );
  }
});
