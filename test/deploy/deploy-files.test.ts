import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Schema, Validator } from '@cfworker/json-schema';
import { parse } from 'yaml';
import { skipIfMissing } from '../helpers/missing-part.ts';
import { findOnPath } from '../helpers/prometheus.ts';
import { dashboardPanels } from './dashboard.ts';

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image?: string;
        readonly build?: { readonly context: string; readonly dockerfile: string };
        readonly ports?: readonly string[];
        readonly volumes?: readonly string[];
        readonly network_mode?: string;
        readonly pid?: string;
        readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
      }
    >
  >;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const read = (file: string): string => readFileSync(file, 'utf8');
const composeText = read('deploy/compose.yaml');
const compose: Compose = parse(composeText);
// The specification means durations as Go writes them (10s), not those of the JSON Schema format (PT10S).
const schema: Schema = JSON.parse(
  read('test/fixtures/compose-spec/compose-spec.json').replaceAll(/,\s*"format": "duration"/g, ''),
);
const skipWithoutPromtool = skipIfMissing('promtool (Debian: prometheus)', findOnPath('promtool') !== null);

describe('deploy/compose.yaml', () => {
  const isValid = (value: unknown): boolean => new Validator(schema, '2019-09').validate(value).valid;

  test('is what the Compose Specification allows, and the schema would notice if not', () => {
    assert.deepEqual(new Validator(schema, '2019-09', false).validate(compose).errors, []);
    assert.equal(isValid(parse(composeText.replace('image: postgres', 'imgae: postgres'))), false);
    assert.equal(isValid(parse(composeText.replace('condition: service_healthy', 'condition: well'))), false);
  });

  test('what it names is there: files, services, volumes', () => {
    const services = Object.entries(compose.services);
    for (const [name, { build, volumes = [], network_mode: network, pid, depends_on: needs = [] }] of services) {
      if (build) assert.ok(existsSync(join('deploy', build.context, build.dockerfile)), name);
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('.')) assert.ok(existsSync(join('deploy', source)), volume);
        else assert.ok(source in compose.volumes, volume);
      }
      const named = [network, pid].flatMap((mode) => mode?.split('service:')[1] ?? []);
      for (const other of [...named, ...(Array.isArray(needs) ? needs : Object.keys(needs))]) {
        assert.ok(other in compose.services, `${name} needs ${other}`);
      }
    }
  });

  test('nothing is reached from other machines, and images have a version', () => {
    for (const [name, { ports = [], image, build }] of Object.entries(compose.services)) {
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/, name);
      if (!build && image !== compose.services.service?.image) assert.match(image ?? '', /:v?\d/, name);
    }
  });
});

describe('deploy/Dockerfile', () => {
  const lines = read('deploy/Dockerfile').split('\n');
  const instructions = lines.filter((line) => /^[A-Z]+ /.test(line));

  test('copies what is in the project, runs what is built, and not as root', () => {
    const copied = instructions
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    assert.ok(copied.length > 5);
    for (const path of copied) assert.ok(existsSync(path), path);
    const command: readonly string[] = JSON.parse(
      instructions.findLast((line) => line.startsWith('CMD '))?.slice(4) ?? '',
    );
    const script = command.find((word) => word.endsWith('.js')) ?? '';
    assert.ok(existsSync(script), script);
    assert.match(instructions.findLast((line) => line.startsWith('USER ')) ?? '', /^USER node$/);
  });

  test('everything that its build reads is copied: the configurations of TypeScript lead to no other file', () => {
    const copied = new Set(instructions.flatMap((line) => line.match(/tsconfig\.\w+\.json/g) ?? []));
    for (const file of copied) {
      for (const other of read(file).match(/tsconfig\.\w+\.json/g) ?? [])
        assert.ok(copied.has(other), `${file} needs ${other}`);
    }
  });
});

describe('deploy/prometheus', () => {
  test('asks for the live figures by a host name that the soak allows', () => {
    const { scrape_configs: jobs } = parse(read('deploy/prometheus/prometheus.yml')) as {
      readonly scrape_configs: readonly {
        readonly job_name: string;
        readonly static_configs: readonly { readonly targets: readonly string[] }[];
      }[];
    };
    const job = jobs.find(({ job_name: name }) => name === 'profiler');
    for (const target of job?.static_configs.flatMap(({ targets }) => targets) ?? [])
      assert.match(composeText, new RegExp(`--metrics-allow-host=${target.split(':')[0]}\\b`));
  });

  test('each alert fires on what it is for and not on a healthy service (promtool)', {
    skip: skipWithoutPromtool,
  }, () => {
    const promtool = (...words: string[]): string =>
      execFileSync('promtool', words, {
        cwd: 'deploy/prometheus',
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    promtool('check', 'config', 'prometheus.yml');
    promtool('check', 'rules', 'alerts.yml');
    promtool('test', 'rules', 'alerts.test.yml');
  });

  test('each alert says what to do, and has a test in which it fires and one in which it does not', () => {
    interface Alerts {
      readonly groups: readonly {
        readonly rules: readonly { readonly alert: string; readonly annotations: object }[];
      }[];
    }
    interface AlertTests {
      readonly tests: readonly {
        readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
      }[];
    }
    const { groups }: Alerts = parse(read('deploy/prometheus/alerts.yml'));
    const { tests }: AlertTests = parse(read('deploy/prometheus/alerts.test.yml'));
    const cases = tests.flatMap(({ alert_rule_test: each }) => each);
    for (const { alert, annotations } of groups.flatMap(({ rules }) => rules)) {
      assert.deepEqual(Object.keys(annotations), ['summary', 'action'], alert);
      const counts = cases.filter(({ alertname }) => alertname === alert).map(({ exp_alerts: fired }) => fired.length);
      assert.deepEqual(counts.toSorted(), [0, 1], alert);
    }
  });
});

describe('deploy/grafana', () => {
  test('the dashboard and its data source are where Grafana looks for them', () => {
    const mounts = compose.services.grafana?.volumes ?? [];
    const [provider] = (
      parse(read('deploy/grafana/provisioning/dashboards/profiler.yaml')) as {
        readonly providers: readonly { readonly options: { readonly path: string } }[];
      }
    ).providers;
    assert.ok(mounts.includes(`./grafana/dashboards:${provider?.options.path}:ro`));
    assert.match(composeText, new RegExp(`HOME_DASHBOARD_PATH: ${provider?.options.path}/profiler.json`));
    const { scrape_interval: interval } = (
      parse(read('deploy/prometheus/prometheus.yml')) as {
        readonly global: { readonly scrape_interval: string };
      }
    ).global;
    assert.match(
      read('deploy/grafana/provisioning/datasources/prometheus.yaml'),
      new RegExp(`timeInterval: ${interval}`),
    );
  });

  test('the panels have numbers of their own, a description, and do not lie on each other', () => {
    const panels = dashboardPanels();
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const taken = new Map<string, string>();
    for (const { title, description, type, gridPos, targets = [] } of panels) {
      if (type !== 'row') assert.ok(description && targets.length > 0, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          assert.equal(taken.get(`${x} ${y}`), undefined, `${title} lies on ${taken.get(`${x} ${y}`)}`);
          taken.set(`${x} ${y}`, title);
        }
      }
      assert.ok(gridPos.x + gridPos.w <= 24, title);
    }
  });
});
