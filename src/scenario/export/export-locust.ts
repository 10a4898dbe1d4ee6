import { printableLines } from '../../model/printable.ts';
import type { Threshold } from '../../model/threshold.ts';
import { parseJsonPath } from '../json-path.ts';
import type { DataSet, LoadProfile, Scenario, Step } from '../scenario.ts';
import { ENDLESS_MS, ENDLESS_NOTE, type ExportedLoad, leftOut, withHeaders } from './exported-load.ts';
import { mapExpression, type ScriptLanguage, textExpression, valueExpression } from './script-values.ts';
import { cellOf } from './template-parts.ts';

/** A scenario as Locust file, for Locust 2. Its shape is in the file: `locust -f FILE --headless` needs no more. */
export function exportLocust(whole: Scenario, baseUrl: string): ExportedLoad {
  const scenario = withHeaders(whole);
  const notes = leftOut(scenario);
  const { load } = scenario;
  if (load.durationMs === null) notes.push(ENDLESS_NOTE);
  if (load.model === 'open') {
    notes.push(
      'Locust knows users only: the rate is kept by users that wait between requests, and falls when the service stalls',
    );
    if (load.arrivals === 'poisson') notes.push('Locust has no Poisson arrivals: they come at equal distances');
  }
  const limits = scenario.thresholds.flatMap((threshold) => {
    const limit = locustLimit(threshold, scenario);
    if (limit === null)
      notes.push(
        `left out, since Locust does not measure it: ${threshold.subject === 'resources' ? 'resources: ' : ''}${threshold.text}`,
      );
    return limit === null ? [] : [limit];
  });
  if (limits.length > 0) notes.push('Locust rounds percentiles: to 10 ms above 100 ms, to 100 ms above a second');
  return { text: printableLines(script(scenario, baseUrl, limits)), notes };
}

const python = (sets: readonly DataSet[]): ScriptLanguage => ({
  part: (part) => {
    switch (part.kind) {
      case 'random':
        return `str(random.randint(${part.low}, ${part.high}))`;
      case 'variable': {
        const cell = cellOf(part.name, sets);
        return cell ? `self.row_of(${cell.set})[${cell.column}]` : `text(self.vars.get(${JSON.stringify(part.name)}))`;
      }
      case 'sequence':
        return 'str(next(SEQUENCE))';
      case 'uuid':
        return 'str(uuid.uuid4())';
      case 'run':
        return 'RUN';
      case 'now':
        return 'str(int(time.time() * 1000))';
      case 'user':
        return 'str(self.number)';
    }
  },
  toNumber: (expression) => `number(${expression})`,
  literals: { true: 'True', false: 'False', null: 'None' },
});

function script(scenario: Scenario, baseUrl: string, limits: readonly string[]): string {
  const { load, setup, tasks, name, data } = scenario;
  const call = (step: Step): string => callOf(step, python(data));
  const requestsPerUser = load.model === 'closed' ? load.requestsPerUser : null;
  const scale = wholeWeights(tasks.map(({ weight }) => weight));
  const methods = tasks.map(
    (step, i) => `    @task(${scale[i]})
    def task_${i + 1}(self):
        ${call(step)}
        self.after_request()
`,
  );
  return `# ${name.replace(/\s+/g, ' ')}: a scenario of soak-profiler, written by profiler export --to locust.
#   locust -f FILE --headless --csv results --csv-full-history
#   profiler import results_stats_history.csv
import itertools
import json
import random
import time
import uuid

from locust import FastHttpUser, LoadTestShape, ${waitImport(load)}events, task

RUN = format(int(time.time() * 1000), "x")
SEQUENCE = itertools.count(1)
USERS = itertools.count(1)
REQUESTS_PER_USER = ${requestsPerUser ?? 'None'}
${data.length === 0 ? '' : dataScript(data)}

def text(value):
    return "" if value is None else str(value)


def number(value):
    return float(value) if "." in value else int(value or 0)


def value_at(document, place):
    for step in place:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return json.dumps(document) if isinstance(document, (dict, list)) else document


class ScenarioUser(FastHttpUser):
    host = ${JSON.stringify(baseUrl.replace(/\/$/, ''))}
    wait_time = ${waitTime(load)}

    def on_start(self):
        self.number = next(USERS)
        self.vars = {}
        self.requests = 0
${data.length === 0 ? '' : '        self.rows = {}\n        self.drawn = {}\n'}${setup.map((step) => `        ${call(step)}\n`).join('')}
    def after_request(self):
        self.requests += 1
        if self.unauthorized or (REQUESTS_PER_USER and self.requests >= REQUESTS_PER_USER):
            self.on_start()

${data.length === 0 ? '' : ROW_OF}    def send(self, name, method, path, headers, body, status, head, contains, capture):
        self.unauthorized = False
${data.length === 0 ? '' : '        self.drawn = {}\n'}        with self.client.request(
            method, path, name=name, data=body, headers=headers, allow_redirects=False, catch_response=True
        ) as response:
            code = response.status_code
            content = response.text or ""
            if code == 0:
                response.failure("no answer")
                return
            if not (code in status if status else code < 400):
                response.failure("status %d" % code)
                self.unauthorized = code == 401
                return
            if not all(part in (response.headers.get(key) or "") for key, part in head.items()):
                response.failure("expectation: header")
                return
            if not all(part in content for part in contains):
                response.failure("expectation: body")
                return
            for variable, place in capture.items():
                self.vars[variable] = value_at(response.json(), place)
            response.success()

${methods.join('\n')}

class Shape(LoadTestShape):
    """Users at each moment: a stage moves linearly from the level before to its own."""

    stages = ${JSON.stringify(shapeStages(load))}

    def tick(self):
        at = self.get_run_time()
        start = 0
        before = self.stages[0][1]
        for seconds, users in self.stages:
            if at < start + seconds:
                level = before + (users - before) * (at - start) / seconds
                return max(1, round(level)), 1000
            start += seconds
            before = users
        return None


LIMITS = [
${limits.map((limit) => `    ${limit},\n`).join('')}]


@events.quitting.add_listener
def judge(environment, **_):
    for name, what, measure, holds in LIMITS:
        entries = [one for one in environment.stats.entries.values() if one.name == name]
        entry = environment.stats.total if name == "*" else (entries[0] if entries else None)
        measured = None if entry is None or entry.num_requests == 0 else measure(entry)
        if measured is None or not holds(measured):
            print("threshold not held: %s %s (measured %s)" % (name, what, measured))
            environment.process_exit_code = 1
`;
}

/** Rows that templates draw from: kept in the file, counted for all users together. */
function dataScript(sets: readonly DataSet[]): string {
  const tables = sets.map(({ rows, order, per }) => [rows, order, per]);
  return `DATA = ${JSON.stringify(tables)}
COUNTS = [itertools.count() for _ in DATA]
`;
}

const ROW_OF = `    def row_of(self, index):
        rows, order, per = DATA[index]
        kept = self.rows if per == "user" else self.drawn
        if index not in kept:
            kept[index] = random.choice(rows) if order == "random" else rows[next(COUNTS[index]) % len(rows)]
        return kept[index]

`;

function callOf({ request, expect, capture }: Step, language: ScriptLanguage): string {
  const isJson = request.body !== null && 'json' in request.body;
  const headers = isJson ? { 'content-type': 'application/json', ...request.headers } : request.headers;
  const body =
    request.body === null
      ? 'None'
      : 'json' in request.body
        ? `json.dumps(${valueExpression(request.body.json, language)})`
        : textExpression(request.body.text, language);
  const places = Object.fromEntries(
    Object.entries(capture).map(([name, place]) => [name, [...(parseJsonPath(place) ?? [])]]),
  );
  const words = [
    JSON.stringify(request.name),
    JSON.stringify(request.method),
    textExpression(request.path, language),
    mapExpression(headers, language),
    body,
    JSON.stringify(expect.status ?? []),
    JSON.stringify(expect.headers),
    JSON.stringify(expect.bodyContains),
    JSON.stringify(places),
  ];
  return `self.send(${words.join(', ')})`;
}

function waitImport(load: LoadProfile): string {
  return load.model === 'open' ? 'constant_throughput, ' : 'between, ';
}

function waitTime(load: LoadProfile): string {
  if (load.model === 'closed') return `between(${load.thinkTime.minMs / 1000}, ${load.thinkTime.maxMs / 1000})`;
  const peak = Math.max(...load.stages.map(({ level }) => level));
  return `constant_throughput(${peak / load.users})`;
}

/** Seconds and users. A rate becomes so many of the users, each of which has its share of the highest rate. */
function shapeStages(load: LoadProfile): (readonly [seconds: number, users: number])[] {
  const peak = Math.max(...load.stages.map(({ level }) => level));
  const usersAt = (level: number): number =>
    load.model === 'closed' ? level : Math.round((load.users * level) / peak);
  const endMs = load.durationMs ?? ENDLESS_MS;
  const stages = load.stages.flatMap(({ level, durationMs, jump }): (readonly [number, number])[] => {
    if (durationMs === null) return [];
    const stage = [durationMs / 1000, usersAt(level)] as const;
    return jump ? [[0, usersAt(level)], stage] : [stage];
  });
  const restSeconds = endMs / 1000 - stages.reduce((sum, [seconds]) => sum + seconds, 0);
  return restSeconds > 0 ? [...stages, [restSeconds, usersAt(load.stages.at(-1)?.level ?? 1)]] : stages;
}

/** Weights of Locust are whole numbers. */
function wholeWeights(weights: readonly number[]): number[] {
  if (weights.every(Number.isInteger)) return [...weights];
  const least = Math.min(...weights);
  return weights.map((weight) => Math.max(1, Math.round((100 * weight) / least)));
}

/**
 * A row of LIMITS: name, words, how it is measured of an entry of Locust's statistics, whether it holds; null if it is not.
 */
function locustLimit(
  { subject, metric, percentile, operator, value, unit, text }: Threshold,
  { load }: Scenario,
): string | null {
  const row = (measure: string, limit: number = value): string =>
    `(${JSON.stringify(subject)}, ${JSON.stringify(text)}, lambda one: ${measure}, lambda value: value ${operator} ${limit})`;
  if (subject === 'resources') return null;
  if (percentile !== null) return row(`one.get_response_time_percentile(${percentile / 100})`);
  if (metric === 'max') return row('one.max_response_time');
  if (metric === 'rate') return row('one.total_rps');
  if (metric !== 'errors') return load.model === 'open' ? null : row('0');
  return unit === 'percent' ? row('one.fail_ratio', value / 100) : row('one.num_failures');
}
