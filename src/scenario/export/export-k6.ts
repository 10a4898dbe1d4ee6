import { printableLines } from '../../model/printable.ts';
import type { Threshold } from '../../model/threshold.ts';
import { parseJsonPath } from '../json-path.ts';
import type { DataSet, LoadProfile, Scenario, Stage, Step } from '../scenario.ts';
import { ENDLESS_MS, ENDLESS_NOTE, type ExportedLoad, leftOut, withHeaders } from './exported-load.ts';
import { mapExpression, type ScriptLanguage, textExpression, valueExpression } from './script-values.ts';
import { cellOf } from './template-parts.ts';

/** Waiting answers that an open load may have, in seconds of its highest rate: more are `dropped_iterations`. */
const IN_FLIGHT_SECONDS = 10;
const MOST_VUS = 10_000;

/**
 * A scenario as k6 script. One iteration is one request, so that arrival rates mean requests. Each virtual user makes
 * its set-up before its first request, again after a 401, and, with `requestsPerUser`, after so many requests.
 */
export function exportK6(whole: Scenario, baseUrl: string): ExportedLoad {
  const scenario = withHeaders(whole);
  const notes = leftOut(scenario);
  if (scenario.data.some(({ order }) => order === 'sequence'))
    notes.push('rows in sequence are counted by each virtual user, which begins at a row of its own');
  const thresholds = k6Thresholds(scenario, notes);
  const options = {
    discardResponseBodies: false,
    scenarios: { [k6Word(scenario.name)]: k6Load(scenario.load, notes) },
    thresholds,
  };
  if (JSON.stringify([scenario.setup, scenario.tasks]).includes('{{sequence}}')) {
    notes.push('{{sequence}} is unique over all virtual users, but does not count 1, 2, 3');
  }
  for (const { request } of [...scenario.setup, ...scenario.tasks]) {
    if (k6Tag(request.name) !== request.name)
      notes.push(`the request ${request.name} is called ${k6Tag(request.name)}`);
  }
  return { text: printableLines(script(scenario, baseUrl, options)), notes };
}

const javaScript = (sets: readonly DataSet[]): ScriptLanguage => ({
  part: (part) => {
    switch (part.kind) {
      case 'random':
        return `randomInteger(${part.low}, ${part.high})`;
      case 'variable': {
        const cell = cellOf(part.name, sets);
        return cell ? `rowOf(${cell.set})[${cell.column}]` : `text(user.vars[${JSON.stringify(part.name)}])`;
      }
      case 'run':
        return 'run';
      case 'now':
        return 'String(Date.now())';
      case 'user':
        return 'String(user.number)';
      default:
        return `${part.kind}()`;
    }
  },
  toNumber: (expression) => `Number(${expression})`,
  literals: { true: 'true', false: 'false', null: 'null' },
});

function script(scenario: Scenario, baseUrl: string, options: object): string {
  const { load, setup, tasks, data } = scenario;
  const call = (step: Step): string => callOf(step, javaScript(data));
  const total = tasks.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  const choices = tasks.map((task, i) => {
    reached += task.weight;
    const condition = i === tasks.length - 1 ? '  else ' : `  ${i === 0 ? '' : 'else '}if (pick < ${reached}) `;
    return tasks.length === 1 ? `  ${call(task)};` : `${condition}${call(task)};`;
  });
  const thinkTime = load.model === 'closed' ? load.thinkTime : { minMs: 0, maxMs: 0 };
  const think = `  sleep(${thinkTime.minMs / 1000} + Math.random() * ${(thinkTime.maxMs - thinkTime.minMs) / 1000});\n`;
  const requestsPerUser = load.model === 'closed' ? load.requestsPerUser : null;
  return `// ${oneLine(scenario.name)}: a scenario of soak-profiler, written by profiler export --to k6.
//   k6 run FILE                       BASE_URL=http://host:port k6 run FILE
//   k6 run --out json=results.json FILE && profiler import results.json
import { check, sleep } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { Rate } from 'k6/metrics';

const BASE_URL = __ENV.BASE_URL || ${JSON.stringify(baseUrl.replace(/\/$/, ''))};

export const options = ${JSON.stringify(options, null, 2)};

/** Requests that did not go as expected: status, headers or body. */
const failed = new Rate('failed');

/** Of this virtual user. \`null\`: its set-up is still to be made. */
let user = null;
let generation = 0;
let sequences = 0;
let run = '';
${data.length === 0 ? '' : dataScript(data)}
/** Once for the whole test: the value of {{run}}. */
export function setup() {
  return { run: Date.now().toString(36) };
}

export default function (data) {
  run = data.run;
  if (user === null && !newUser()) return;
  const pick = Math.random() * ${total};
${choices.join('\n')}
  user.requests += 1;
  if (user.unauthorized${requestsPerUser === null ? '' : ` || user.requests >= ${requestsPerUser}`}) user = null;
${thinkTime.maxMs > 0 ? think : ''}}

/** Makes the set-up of a fresh virtual user; whether all of it went as expected. */
function newUser() {
  generation += 1;
  user = { number: exec.vu.idInTest + (generation - 1) * 1000000, vars: {}, ${data.length === 0 ? '' : 'rows: {}, '}requests: 0, unauthorized: false };
${
  setup.length === 0
    ? '  return true;'
    : `  const ready = ${setup.map(call).join(' && ')};
  if (ready) return true;
  user = null;
  sleep(1);
  return false;`
}
}

/** Sends one request; whether it went as expected. */
function send(name, method, path, headers, body, expected) {
  const params = { headers, redirects: 0, tags: { name } };
  if (expected.status !== null) params.responseCallback = http.expectedStatuses(...expected.status);
  const response = http.request(method, BASE_URL + path, body, params);
  const status = expected.status === null ? response.status > 0 && response.status < 400 : expected.status.includes(response.status);
  const head = Object.entries(expected.headers).every(([header, part]) => headerOf(response, header).includes(part));
  const content = expected.body.every((part) => text(response.body).includes(part));
  const ok = status && head && content;
  failed.add(!ok, { name });
  check(response, { [name]: () => ok }, { name });
${data.length === 0 ? '' : '  drawn = {};\n'}  if (response.status === 401) user.unauthorized = true;
  if (ok) for (const [variable, place] of Object.entries(expected.capture)) user.vars[variable] = valueAt(response, place);
  return ok;
}

function headerOf(response, wanted) {
  const found = Object.keys(response.headers).find((header) => header.toLowerCase() === wanted);
  return found === undefined ? '' : response.headers[found];
}

function valueAt(response, place) {
  let at = response.json();
  for (const step of place) at = at === null || at === undefined ? undefined : at[step];
  return at !== null && typeof at === 'object' ? JSON.stringify(at) : at;
}

function text(value) {
  return value === null || value === undefined ? '' : String(value);
}

function randomInteger(low, high) {
  return String(low + Math.floor(Math.random() * (high - low + 1)));
}

function sequence() {
  sequences += 1;
  return String(exec.vu.idInTest * 100000000 + sequences);
}

function uuid() {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (letter) => {
    const value = Math.floor(Math.random() * 16);
    return (letter === 'x' ? value : (value % 4) + 8).toString(16);
  });
}
`;
}

/** Rows that templates draw from, and the row of the moment: one for a request, or for the life of a user. */
function dataScript(sets: readonly DataSet[]): string {
  const tables = sets.map(({ rows, order, per }) => ({ rows, order, per }));
  return `
const DATA = ${JSON.stringify(tables)};
let drawn = {};
const counts = {};

function rowOf(set) {
  const { rows, order, per } = DATA[set];
  const kept = per === 'user' ? user.rows : drawn;
  if (kept[set] === undefined) {
    const next = counts[set] === undefined ? exec.vu.idInTest - 1 : counts[set] + 1;
    counts[set] = next;
    kept[set] = rows[order === 'random' ? Math.floor(Math.random() * rows.length) : next % rows.length];
  }
  return kept[set];
}
`;
}

function callOf({ request, expect, capture }: Step, language: ScriptLanguage): string {
  const isJson = request.body !== null && 'json' in request.body;
  const headers = isJson ? { 'content-type': 'application/json', ...request.headers } : request.headers;
  const body =
    request.body === null
      ? 'null'
      : 'json' in request.body
        ? `JSON.stringify(${valueExpression(request.body.json, language)})`
        : textExpression(request.body.text, language);
  const places = Object.fromEntries(Object.entries(capture).map(([name, place]) => [name, parseJsonPath(place) ?? []]));
  const expected = { status: expect.status, headers: expect.headers, body: expect.bodyContains, capture: places };
  const words = [
    JSON.stringify(k6Tag(request.name)),
    JSON.stringify(request.method),
    textExpression(request.path, language),
    mapExpression(headers, language),
    body,
    JSON.stringify(expected),
  ];
  return `send(${words.join(', ')})`;
}

function k6Load(load: LoadProfile, notes: string[]): object {
  const durationMs = load.durationMs ?? ENDLESS_MS;
  if (load.durationMs === null) notes.push(ENDLESS_NOTE);
  const [first] = load.stages;
  const isFlat = load.stages.length === 1;
  if (load.model === 'closed') {
    if (isFlat) return { executor: 'constant-vus', vus: first?.level ?? 1, duration: seconds(durationMs) };
    return {
      executor: 'ramping-vus',
      startVUs: first?.level ?? 1,
      gracefulRampDown: '30s',
      stages: k6Stages(load.stages, durationMs, 1),
    };
  }
  if (load.arrivals === 'poisson') notes.push('k6 has no Poisson arrivals: they come at equal distances');
  const peak = Math.max(...load.stages.map(({ level }) => level));
  // Rates are whole numbers in k6: a rate of 0.5 a second is 30 a minute.
  const unitSeconds = load.stages.every(({ level }) => Number.isInteger(level)) ? 1 : 3600;
  const vus = {
    timeUnit: `${unitSeconds}s`,
    preAllocatedVUs: load.users,
    maxVUs: Math.min(MOST_VUS, Math.max(load.users, Math.ceil(peak * IN_FLIGHT_SECONDS))),
  };
  const rate = Math.round((first?.level ?? 1) * unitSeconds);
  if (isFlat) return { executor: 'constant-arrival-rate', rate, duration: seconds(durationMs), ...vus };
  return {
    executor: 'ramping-arrival-rate',
    startRate: rate,
    stages: k6Stages(load.stages, durationMs, unitSeconds),
    ...vus,
  };
}

/** As in the scenario, and, where the load lasts longer, a last stage that holds the level. */
function k6Stages(stages: readonly Stage[], durationMs: number, factor: number): object[] {
  const all = stages.flatMap(({ level, durationMs: lengthMs, jump }) => {
    const stage = { target: Math.round(level * factor), duration: seconds(lengthMs ?? 0) };
    return jump ? [{ ...stage, duration: '0s' }, stage] : [stage];
  });
  const restMs = durationMs - stages.reduce((sum, { durationMs: lengthMs }) => sum + (lengthMs ?? 0), 0);
  return restMs > 0 ? [...all, { target: all.at(-1)?.target ?? 0, duration: seconds(restMs) }] : all;
}

function seconds(durationMs: number): string {
  return durationMs % 1000 === 0 ? `${durationMs / 1000}s` : `${Math.round(durationMs)}ms`;
}

/** Every request gets a threshold that always holds, so that k6's summary shows it by name. */
function k6Thresholds({ setup, tasks, thresholds }: Scenario, notes: string[]): Record<string, string[]> {
  const limits: Record<string, string[]> = {};
  const add = (metric: string, limit: string): void => {
    limits[metric] = [...(limits[metric] ?? []), limit];
  };
  for (const name of new Set([...setup, ...tasks].map(({ request }) => k6Tag(request.name)))) {
    add(`http_req_duration{name:${name}}`, 'max>=0');
    add(`http_reqs{name:${name}}`, 'count>=0');
  }
  for (const threshold of thresholds) {
    const limit = k6Threshold(threshold);
    if (limit === null)
      notes.push(`k6 has no threshold for ${threshold.subject === 'resources' ? 'resources: ' : ''}${threshold.text}`);
    else add(...limit);
  }
  return limits;
}

function k6Threshold({
  subject,
  metric,
  percentile,
  operator,
  value,
  unit,
}: Threshold): [metric: string, limit: string] | null {
  if (subject === 'resources') return null;
  const tag = subject === '*' ? '' : `{name:${k6Tag(subject)}}`;
  if (percentile !== null) return [`http_req_duration${tag}`, `${metric}${operator}${value}`];
  if (metric === 'max') return [`http_req_duration${tag}`, `max${operator}${value}`];
  if (metric === 'rate') return [`http_reqs${tag}`, `rate${operator}${value}`];
  if (metric === 'errors' && unit === 'percent') return [`failed${tag}`, `rate${operator}${value / 100}`];
  return metric === 'dropped' && unit === 'count' && subject === '*'
    ? ['dropped_iterations', `count${operator}${value}`]
    : null;
}

/** A name that may stand in the selector of a threshold. */
function k6Tag(name: string): string {
  return name.replace(/[{},:"'\\]+/g, '_');
}

/** The name of a scenario: letters, numbers, _ and -. */
function k6Word(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, '_') || 'scenario';
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}
