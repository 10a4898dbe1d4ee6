import { printableLines } from '../../model/printable.ts';
import type { Threshold } from '../../model/threshold.ts';
import type { LoadProfile, Scenario, Stage, Step } from '../scenario.ts';
import { ENDLESS_MS, ENDLESS_NOTE, type ExportedLoad, leftOut, withHeaders } from './exported-load.ts';
import { type ScriptLanguage, textExpression, valueExpression } from './script-values.ts';

/** A scenario as simulation for Gatling's JavaScript SDK (@gatling.io/core and @gatling.io/http, 3.11 and later). */
export function exportGatling(whole: Scenario, baseUrl: string): ExportedLoad {
  const scenario = withHeaders(whole);
  const notes = [
    'written after the documentation of Gatling and never run by this tool: look it over',
    ...leftOut(scenario),
  ];
  for (const { name } of scenario.data) notes.push(`left out: the rows of ${name}; feed the session with them`);
  if (scenario.load.stages.some(({ jump }) => jump)) notes.push('stages that jump are written as ramps');
  const { load, setup, tasks, thresholds } = scenario;
  if (load.durationMs === null) notes.push(ENDLESS_NOTE);
  if (load.model === 'open') {
    if (setup.length > 0)
      notes.push(
        'each arrival is a user of its own in Gatling and makes the set-up first: there is no pool of prepared users',
      );
    if (load.arrivals === 'poisson')
      notes.push('arrivals are spread at random within each second, which is not quite a Poisson process');
  }
  if ([...setup, ...tasks].some(({ expect }) => Object.keys(expect.headers).length > 0))
    notes.push('expected headers are checked to be there, not for what is in them');
  notes.push('after a 401 a user does not make its set-up again');
  const assertions = thresholds.flatMap((threshold) => {
    const assertion = gatlingAssertion(threshold);
    if (assertion === null)
      notes.push(
        `Gatling has no assertion for ${threshold.subject === 'resources' ? 'resources: ' : ''}${threshold.text}`,
      );
    return assertion === null ? [] : [assertion];
  });
  return { text: printableLines(script(scenario, baseUrl, assertions)), notes };
}

const JS: ScriptLanguage = {
  part: (part) => {
    switch (part.kind) {
      case 'random':
        return `randomInteger(${part.low}, ${part.high})`;
      case 'variable':
        return `text(session.get(${JSON.stringify(part.name)}))`;
      case 'run':
        return 'RUN';
      case 'now':
        return 'String(Date.now())';
      case 'user':
        return 'String(session.userId())';
      default:
        return `${part.kind}()`;
    }
  },
  toNumber: (expression) => `Number(${expression})`,
  literals: { true: 'true', false: 'false', null: 'null' },
};

function script({ name, load, setup, tasks }: Scenario, baseUrl: string, assertions: readonly string[]): string {
  const choices = percentages(tasks.map(({ weight }) => weight)).map(
    (share, i) => `    percent(${share}).then(${tasks[i] ? request(tasks[i]) : ''})`,
  );
  const once = tasks.length === 1 && tasks[0] ? request(tasks[0]) : `randomSwitch().on(\n${choices.join(',\n')}\n  )`;
  const enroll = setup.map((step) => `exec(${request(step)}).exitHereIfFailed()`);
  return `// ${name.replace(/\s+/g, ' ')}: a scenario of soak-profiler, written by profiler export --to gatling.
//   npx gatling run --simulation FILE (without its extension), in a project of Gatling's JavaScript SDK
//   profiler import target/gatling/*/simulation.log
import { ${CORE.join(', ')} } from '@gatling.io/core';
import { header, http, status } from '@gatling.io/http';

const RUN = Date.now().toString(36);
let sequences = 0;

function text(value) {
  return value === null || value === undefined ? '' : String(value);
}

function randomInteger(low, high) {
  return String(low + Math.floor(Math.random() * (high - low + 1)));
}

function sequence() {
  sequences += 1;
  return String(sequences);
}

function uuid() {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (letter) => {
    const value = Math.floor(Math.random() * 16);
    return (letter === 'x' ? value : (value % 4) + 8).toString(16);
  });
}

const oneTask = exec(
  ${once}
);

const users = scenario(${JSON.stringify(name)}).exec(
  ${[...enroll, body(load)].join(',\n  ')}
);

const protocol = http.baseUrl(${JSON.stringify(baseUrl.replace(/\/$/, ''))}).disableFollowRedirect();

export default simulation((setUp) => {
  setUp(users.${injection(load)}).protocols(protocol).maxDuration({ amount: ${(load.durationMs ?? ENDLESS_MS) / 1000}, unit: 'seconds' })${
    assertions.length === 0 ? '' : `.assertions(\n    ${assertions.join(',\n    ')}\n  )`
  };
});
`;
}

const CORE: readonly string[] = [
  'StringBody',
  'constantConcurrentUsers',
  'constantUsersPerSec',
  'details',
  'exec',
  'forever',
  'global',
  'jsonPath',
  'pause',
  'percent',
  'rampConcurrentUsers',
  'rampUsersPerSec',
  'randomSwitch',
  'repeat',
  'scenario',
  'simulation',
  'substring',
];

/** Gatling refuses shares that come to more than 100 %: the last one is what the others leave. */
function percentages(weights: readonly number[]): string[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.slice(0, -1).map((weight) => Math.floor((1e6 * weight) / total) / 1e4);
  const rest = 100 - shares.reduce((sum, share) => sum + share, 0);
  return [...shares, rest].map((share) => share.toFixed(4));
}

/** What a user does after its set-up. */
function body(load: LoadProfile): string {
  if (load.model === 'open') return 'oneTask';
  const { minMs, maxMs } = load.thinkTime;
  const pause =
    maxMs > 0 ? `, pause({ amount: ${minMs}, unit: 'milliseconds' }, { amount: ${maxMs}, unit: 'milliseconds' })` : '';
  // In a closed injection a user that ends is replaced by a fresh one.
  return load.requestsPerUser === null
    ? `forever().on(oneTask${pause})`
    : `repeat(${load.requestsPerUser}).on(oneTask${pause})`;
}

function injection(load: LoadProfile): string {
  const closed = load.model === 'closed';
  const randomized = !closed && load.arrivals === 'poisson' ? '.randomized()' : '';
  const hold = (level: number, durationMs: number): string =>
    closed
      ? `constantConcurrentUsers(${level}).during(${seconds(durationMs)})`
      : `constantUsersPerSec(${level}).during(${seconds(durationMs)})${randomized}`;
  const ramp = (from: number, to: number, durationMs: number): string =>
    closed
      ? `rampConcurrentUsers(${from}).to(${to}).during(${seconds(durationMs)})`
      : `rampUsersPerSec(${from}).to(${to}).during(${seconds(durationMs)})${randomized}`;
  return `${closed ? 'injectClosed' : 'injectOpen'}(${steps(load.stages, load.durationMs ?? ENDLESS_MS, hold, ramp).join(', ')})`;
}

function steps(
  stages: readonly Stage[],
  totalMs: number,
  hold: (level: number, durationMs: number) => string,
  ramp: (from: number, to: number, durationMs: number) => string,
): string[] {
  const written: string[] = [];
  let [from, restMs] = [stages[0]?.level ?? 1, totalMs];
  for (const { level, durationMs } of stages) {
    if (durationMs === null) continue;
    written.push(level === from ? hold(level, durationMs) : ramp(from, level, durationMs));
    from = level;
    restMs -= durationMs;
  }
  return restMs > 0 ? [...written, hold(from, restMs)] : written;
}

function seconds(durationMs: number): string {
  return durationMs % 1000 === 0
    ? String(durationMs / 1000)
    : `{ amount: ${Math.round(durationMs)}, unit: 'milliseconds' }`;
}

function request({ request: { name, method, path, headers, body: content }, expect, capture }: Step): string {
  const isJson = content !== null && 'json' in content;
  const all = isJson ? { 'content-type': 'application/json', ...headers } : headers;
  const dynamic = (expression: string): string => `(session) => ${expression}`;
  const parts = [
    `http(${JSON.stringify(name)}).httpRequest(${JSON.stringify(method)}, ${dynamic(textExpression(path, JS))})`,
  ];
  for (const [header, value] of Object.entries(all))
    parts.push(`.header(${JSON.stringify(header)}, ${dynamic(textExpression(value, JS))})`);
  if (content !== null) {
    const expression =
      'json' in content ? `JSON.stringify(${valueExpression(content.json, JS)})` : textExpression(content.text, JS);
    parts.push(`.body(StringBody(${dynamic(expression)}))`);
  }
  const checks = [
    expect.status === null ? 'status().lt(400)' : `status().in(${expect.status.join(', ')})`,
    ...Object.keys(expect.headers).map((header) => `header(${JSON.stringify(header)}).exists()`),
    ...expect.bodyContains.map((text) => `substring(${JSON.stringify(text)}).exists()`),
    ...Object.entries(capture).map(
      ([variable, place]) => `jsonPath(${JSON.stringify(place)}).saveAs(${JSON.stringify(variable)})`,
    ),
  ];
  return `${parts.join('')}.check(${checks.join(', ')})`;
}

const COMPARISONS: Readonly<Record<Threshold['operator'], string>> = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };

function gatlingAssertion({ subject, metric, percentile, operator, value, unit }: Threshold): string | null {
  if (subject === 'resources') return null;
  const of = subject === '*' ? 'global()' : `details(${JSON.stringify(subject)})`;
  const holds = (limit: number): string => `.${COMPARISONS[operator]}(${limit})`;
  if (percentile !== null) return `${of}.responseTime().percentile(${percentile})${holds(value)}`;
  if (metric === 'max') return `${of}.responseTime().max()${holds(value)}`;
  if (metric === 'rate') return `${of}.requestsPerSec()${holds(value)}`;
  if (metric !== 'errors') return null;
  return unit === 'percent'
    ? `${of}.failedRequests().percent()${holds(value)}`
    : `${of}.failedRequests().count()${holds(value)}`;
}
