import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort } from '../helpers/free-port.ts';
import { findPostgres, type PostgresCluster, startPostgres } from '../helpers/postgres.ts';
import { type CliResult, runCli } from '../helpers/run-cli.ts';
import { type RunningService, spawnService } from '../helpers/spawn-service.ts';
import { ISSUED, SECRET_ARGUMENTS } from '../redact/secrets.ts';

/** Every secret is planted with a mark of its own, so that one that comes out tells where it went in. */
class Marks {
  readonly #places = new Map<string, string>();

  plant(place: string): string {
    const mark = `hunter${String(this.#places.size).padStart(3, '0')}zQx7`;
    this.#places.set(mark, place);
    return mark;
  }

  get count(): number {
    return this.#places.size;
  }

  /** `argument --password: ...the text around it...` */
  foundIn(text: string): string[] {
    return [...this.#places].flatMap(([mark, place]) => {
      const at = text.toLowerCase().indexOf(mark.toLowerCase());
      return at < 0 ? [] : [`${place}: ${text.slice(Math.max(0, at - 60), at + 40)}`];
    });
  }
}

const marks = new Marks();
const said: { readonly words: readonly string[]; readonly result: CliResult }[] = [];

/** Runs the tool and keeps what it said. */
async function profiler(words: readonly string[], cwd?: string): Promise<CliResult> {
  const result = await runCli(words, cwd === undefined ? {} : { cwd });
  said.push({ words, result });
  return result;
}

const folder = mkdtempSync(join(tmpdir(), 'profiler-secrets-'));
const runDir = join(folder, 'run');
const reportDir = join(folder, 'report');
const scenarioFile = join(folder, 'shop.yaml');
const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

function scenarioText(): string {
  const s = (place: string): string => marks.plant(`scenario ${place}`);
  return `# curl -H "Authorization: Bearer ${s('comment')}" and also ${s('bare comment')}
name: shop
baseUrl: http://root:${s('baseUrl')}@127.0.0.1:1
load: { model: open, rate: 30/s }
http: { headers: { x-tenant: "${s('header of all requests')}" } }
setup:
  - request: { name: login, method: POST, path: "/login?sig=${s('query')}&tenant=${s('query of any name')}", json: { user: ann, password: "${s('JSON')}", any: ["${s('JSON, any name')}"] } }
    expect: { status: 200, body: "token" }
    capture: { token: "$.token" }
tasks:
  - weight: 3
    request:
      name: list-items
      method: POST
      path: /items
      headers: { authorization: "Bearer ${s('bearer')}", cookie: "sid=${s('cookie')}", x-custom: "${s('header of any name')}" }
      body: "a text with ${s('text body')} in it"
  - request: { method: POST, path: "/forms?api_key=${s('query in an unnamed request')}", body: "a=1&password=${s('form')}&b=${s('form, any name')}", headers: { content-type: application/x-www-form-urlencoded } }
  - request: { path: "/hook/services/T0/B0/${s('path of a webhook')}" }
  - request: { name: by-variable, path: "/v/{{token}}", headers: { authorization: "Bearer {{token}}" } }
thresholds:
  list-items: [ "errors<100%" ]
`;
}

describe('secrets that are planted everywhere come out nowhere', () => {
  let service: RunningService;
  let cluster: PostgresCluster | null = null;
  let live = '';

  before(async () => {
    cluster = findPostgres() === null ? null : await startPostgres();
    const inMemory = ['label', 'mail', 'key label', 'id label', 'URL label', 'help text'].map((what) =>
      marks.plant(`memory, metrics and SQL of the service: ${what}`),
    );
    const argv = SECRET_ARGUMENTS.flatMap((words) => {
      const mark = marks.plant(`argument ${words.join(' ')}`);
      return words.map((word) => word.replaceAll(/\bS(?![a-zA-Z])|(?<=(?:^|\s)-p)S\b/g, mark));
    });
    const tokens = ISSUED.map((issue, i) => issue(marks.plant(`argument, token of form ${i}`)));
    const databaseUrl = cluster?.url.replace('postgres@', `postgres:${marks.plant('DATABASE_URL')}@`);
    service = await spawnService('test/targets/secret-keeper.mjs', {
      args: [...argv, ...tokens],
      env: {
        SECRETS: JSON.stringify(inMemory),
        API_TOKEN: marks.plant('environment'),
        NODE_OPTIONS: `--conditions=password=${marks.plant('NODE_OPTIONS')}`,
        DATABASE_URL: databaseUrl,
      },
    });
    writeFileSync(scenarioFile, scenarioText());
    const metricsPort = await freePort();
    const database = databaseUrl?.replace(/:hunter\w+@/, () => `:${marks.plant('--database')}@`);
    const soak = profiler([
      ...['soak', '--pid', String(service.pid), '--seconds', '10', '--snapshots', '2', '--rate', '30/s'],
      ...['--scenario', scenarioFile, '--url', `http://user:${marks.plant('--url')}@127.0.0.1:${service.port}`],
      ...[
        '--scrape',
        `http://mon:${marks.plant('--scrape, user')}@127.0.0.1:${service.port}/metrics?api_key=${marks.plant('--scrape, key')}`,
      ],
      ...(database ? ['--database', database] : []),
      ...['--metrics-port', String(metricsPort), '--fail-on', 'none', '--out', runDir, '--report-dir', reportDir],
    ]);
    const polling = setInterval(() => {
      fetch(`http://127.0.0.1:${metricsPort}/metrics`).then(
        async (answer) => {
          live = await answer.text();
        },
        () => {},
      );
    }, 1000);
    const { code, stderr } = await soak;
    clearInterval(polling);
    assert.ok(code === 0 || code === 5, stderr);
  });

  after(async () => {
    await service?.stop();
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the files of the run and of the report', () => {
    const files = [runDir, reportDir].flatMap((dir) =>
      readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !entry.name.endsWith('.heapsnapshot'))
        .map((entry) => join(entry.parentPath, entry.name)),
    );
    assert.ok(files.length > 10, files.join());
    const found = files.flatMap((file) => marks.foundIn(readFileSync(file, 'utf8')).map((what) => `${file} ${what}`));
    assert.deepEqual(found, []);
    assert.ok(marks.count > 75, String(marks.count));
  });

  test('what is no secret is there', () => {
    const manifest = JSON.parse(readFileSync(join(runDir, 'run.json'), 'utf8'));
    assert.equal(manifest.scenario.source.file, scenarioFile);
    for (const word of ['list-items', '/items', 'POST', '/v/{{token}}', '&tenant=…', 'by-variable'])
      assert.ok(manifest.scenario.text.includes(word), word);
    const command: string = manifest.target.commandLine.join(' ');
    assert.match(command, /secret-keeper\.mjs --port 0 /);
    assert.match(command, /-u admin:\[redacted\] /);
    const labels = JSON.stringify(manifest.scrape.series);
    assert.match(labels, /"queue":"outgoing"/);
    assert.match(labels, /"token":"\[redacted \d\]","method":"GET"/);
    assert.match(readFileSync(join(reportDir, 'report.json'), 'utf8'), /list-items/);
    if (!cluster) return;
    const queries = readFileSync(join(runDir, 'database', 'queries-0.json'), 'utf8');
    assert.match(queries, /select \$1 as token, \$2 as pin/);
  });

  test('the live figures', () => {
    assert.match(live, /profiler_load_results_total\{request="list-items"/);
    assert.deepEqual(marks.foundIn(live), []);
  });

  test('reports made again, exports, baselines, and what looks at a process', async () => {
    const out = join(folder, 'out');
    mkdirSync(out);
    const into = (name: string): string => join(out, name);
    await profiler(['report', runDir, '--report-dir', into('again')]);
    await profiler(['report', runDir, '--report-dir', into('again'), '--json']);
    await profiler(['check', runDir, '--junit', into('check.xml')]);
    for (const format of ['csv', 'ndjson', 'openmetrics'])
      await profiler(['export', runDir, '--to', format, '--out', into(format)]);
    await profiler(['baseline', 'save', runDir, '--file', into('baseline.json')]);
    await profiler(['baseline', 'compare', runDir, '--file', into('baseline.json'), '--markdown', into('c.md')]);
    await profiler(['doctor', '--pid', String(service.pid)]);
    await profiler(['doctor', '--pid', String(service.pid), '--json']);
    await profiler(['cpu', '--pid', String(service.pid), '--seconds', '1', '--out', into('cpu')]);
    await profiler(['heap', 'summary', join(runDir, 'heap', '1.heapsnapshot')]);
    const { code, stderr } = await profiler(['soak']);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`--pid ${service.pid} .*secret-keeper`));
    const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length >= 12, String(files.map(({ name }) => name)));
    const found = files.flatMap(({ parentPath, name }) =>
      marks.foundIn(readFileSync(join(parentPath, name), 'utf8')).map((what) => `${name} ${what}`),
    );
    assert.deepEqual(found, []);
  });

  test('what is wrong with an option, a file, an address', async () => {
    const s = (place: string): string => marks.plant(`error: ${place}`);
    const config = write(
      'bad.yaml',
      `database: [ "postgres://u:${s('config, wrong type')}@h/x" ]\nscrape: "http://u:${s('config')}@h\npassword: ${s('config, unknown key')}\n`,
    );
    const broken = write(
      'broken.yaml',
      `name: x\ntasks:\n  - request: { path: /a, headers: { authorization: Bearer ${s('scenario')} } : x\n  password: ${s('scenario, next line')}\n`,
    );
    const wrong = write(
      'wrong.yaml',
      `name: x\nbaseUrl: http://127.0.0.1:1\ntasks:\n  - request: { path: "a?token=${s('wrong path')}", headers: [ "cookie: ${s('wrong headers')}" ] }\nthresholds: { "a?sig=${s('threshold')}": [ "p(95)<password=${s('limit')}" ] }\n`,
    );
    chmodSync(folder, 0o700);
    const attempts: readonly (readonly string[])[] = [
      ['soak', '--url', `http://u:${s('--url')}@nowhere.invalid:99999/`],
      [
        'soak',
        '--pid',
        String(service.pid),
        '--seconds',
        '10',
        '--scrape',
        `htp://u:${s('--scrape')}@h/?token=${s('--scrape, query')}`,
      ],
      [
        'soak',
        '--pid',
        String(service.pid),
        '--seconds',
        '10',
        '--database',
        `postgres://u:${s('--database')}@127.0.0.1:1/x`,
      ],
      [
        'soak',
        '--pid',
        String(service.pid),
        '--seconds',
        '10',
        '--database',
        `mysql://u:${s('--database')}@127.0.0.1:1/x`,
      ],
      ['soak', '--inspect', `ws://u:${s('--inspect')}@127.0.0.1:1/x?token=${s('--inspect, query')}`],
      ['soak', '--inspect', `http://u:${s('--inspect')}@example.com/`],
      ['soak', '--nope', `--token=${s('unknown option')}`, `password=${s('unknown word')}`],
      ['soak', '--hours', `token=${s('--hours')}`],
      ['soak', '--out', `/dev/null/password=${s('--out')}/x`, '--pid', String(service.pid), '--seconds', '10'],
      ['soak', '--config', config],
      ['config', 'check', '--config', config],
      ['load', broken],
      ['load', wrong],
      ['load', `/nowhere/token=${s('scenario name')}`],
      ['load', scenarioFile, '--duration', '1s'],
      ['load', scenarioFile, '--duration', '1s', '--url', `http://u:${s('load --url')}@127.0.0.1:1`],
      ['load', scenarioFile, '--url', `ftp://u:${s('load --url')}@h`],
      ['export', scenarioFile, '--to', 'k6', '--url', `no url token=${s('export --url')}`],
      ['report', `/nowhere/password=${s('run')}`],
      ['heap', 'summary', `/nowhere/password=${s('file')}`],
      ['top', '--name', `password=${s('--name')}`],
      ['soak', '--seconds', '10', '--', 'node', '-e', `process.exit(1) // ${s('code')}`],
      ['soak', '--seconds', '10', '--', 'node', 'nowhere.js', '--password', s('command'), `-p${s('command, -p')}`],
      ['soak', '--seconds', '10', '--', `/nowhere/token=${s('program')}`],
      ['verify', runDir, '--finding', `token=${s('finding')}`],
      ['completion'],
      ['soak', '--help'],
    ];
    for (const words of attempts) {
      const { code } = await profiler(words, folder);
      const isHelp = words.includes('--help') || words[0] === 'completion';
      assert.equal(code === 0, isHelp, words.join(' '));
    }
    for (const words of attempts.slice(0, 3)) await profiler([...words, '--json'], folder);
  });

  test('whatever was said, on stdout and stderr', () => {
    const found = said.flatMap(({ words, result: { stdout, stderr } }) =>
      [...marks.foundIn(stdout), ...marks.foundIn(stderr)].map(
        (what) => `profiler ${words.slice(0, 4).join(' ')}: ${what}`,
      ),
    );
    assert.deepEqual(found, []);
    assert.ok(marks.count > 100, String(marks.count));
  });
});
