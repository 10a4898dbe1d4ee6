import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { PROBE_NAME } from '../model/requests.ts';
import type { Threshold } from '../model/threshold.ts';
import { didYouMean } from './did-you-mean.ts';
import { parseJsonPath } from './json-path.ts';
import { parseThreshold } from './parse-threshold.ts';
import { type ReadText, readData } from './read-data.ts';
import { type DocumentPath, MOST_PROBLEMS, type Problem, type Report, readDocument } from './read-document.ts';
import { readLoadProfile } from './read-load-profile.ts';
import { readDuration, readHttp, readProbe, readStress } from './read-options.ts';
import type { DataSet, Expectation, RequestTemplate, Scenario, Step, Task } from './scenario.ts';
import type { ScenarioFile, StepFile } from './scenario-file.ts';
import { SCENARIO_SCHEMA } from './scenario-schema.ts';
import { compileTemplate } from './template.ts';

/** A limit does not end a load that has only just begun. */
const ABORT_AFTER_MS = 10_000;

/**
 * Reads a scenario file, YAML or JSON.
 * Throws a ProfilerError (`scenario-invalid`, exit code 2) that lists all that is wrong, by line and column.
 * `readText` reads data files, by their path as the scenario names it.
 */
export function parseScenario(text: string, { fileName, readText = refuseToRead }: ParseOptions): Scenario {
  const document = readDocument(text, SCENARIO_SCHEMA);
  const problems: Problem[] = [...document.problems];
  const report: Report = (path, message) => {
    problems.push(document.problemAt(path, message));
    if (problems.length >= MOST_PROBLEMS) throw new EnoughProblems();
  };
  const scenario =
    document.problems.length === 0
      ? convertUntilEnough(document.value as ScenarioFile, readText, report)
      : tryToConvert(document.value, readText, report);
  if (scenario === null || problems.length > 0) throw invalid(fileName, problems);
  return scenario;
}

class EnoughProblems extends Error {}

function convertUntilEnough(file: ScenarioFile, readText: ReadText, report: Report): Scenario | null {
  try {
    return convert(file, readText, report);
  } catch (error) {
    if (error instanceof EnoughProblems) return null;
    throw error;
  }
}

/** Of a file that its schema refuses, what the other checks find as far as they come: all mistakes are said at once. */
function tryToConvert(value: unknown, readText: ReadText, report: Report): null {
  try {
    convert(value as ScenarioFile, readText, report);
  } catch {
    // What is wrong here was said by the schema.
  }
  return null;
}

interface ParseOptions {
  readonly fileName: string;
  readonly readText?: ReadText;
}

function refuseToRead(path: string): string {
  throw new Error(`${path} is not at hand`);
}

function invalid(fileName: string, problems: readonly Problem[]): ProfilerError {
  const lines = [...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, message }) => `${fileName}:${line}:${column} ${message}`);
  const many = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
  return new ProfilerError(
    'scenario-invalid',
    EXIT.usage,
    `the scenario ${fileName} has ${many}:\n${lines.join('\n')}`,
    'Fix the lines above; `profiler load --init` writes a scenario to start from.',
  );
}

function convert(file: ScenarioFile, readText: ReadText, report: Report): Scenario {
  const setup = (file.setup ?? []).map((step, i) => convertStep(step, ['setup', i], report));
  const tasks: Task[] = file.tasks.map((task, i) => ({
    ...convertStep(task, ['tasks', i], report),
    weight: task.weight ?? 1,
  }));
  const data = readData(file.data, readText, report);
  const probe = readProbe(file.probe, report);
  const load = readLoadProfile(file.load, namesOf(tasks), report);
  const names = [...namesOf([...setup, ...tasks]), ...(probe ? [PROBE_NAME] : [])];
  checkBaseUrl(file.baseUrl, report);
  checkVariables(file, [...setup, ...tasks], data, report);
  return {
    name: file.name,
    baseUrl: file.baseUrl ?? null,
    load,
    http: readHttp(file.http, report),
    data,
    probe,
    stress: readStress(file.stress, load, report),
    setup,
    tasks,
    thresholds: readThresholds(file.thresholds ?? {}, names, report),
  };
}

function namesOf(steps: readonly Step[]): string[] {
  return steps.map((step) => step.request.name);
}

function checkBaseUrl(baseUrl: string | undefined, report: Report): void {
  if (baseUrl === undefined) return;
  if (!/^https?:\/\/[^/\s]+/i.test(baseUrl)) {
    report(['baseUrl'], 'should be an address like http://127.0.0.1:3000 or https://host/base');
  }
}

function convertStep(step: StepFile, path: DocumentPath, report: Report): Step {
  for (const [variable, place] of Object.entries(step.capture ?? {})) {
    if (parseJsonPath(place) === null) {
      report(
        [...path, 'capture', variable],
        `"${place}" names no place in a JSON answer: write it like $.data[0].token`,
      );
    }
  }
  return {
    request: convertRequest(step.request, [...path, 'request'], report),
    expect: convertExpectation(step.expect ?? {}),
    capture: step.capture ?? {},
  };
}

function convertRequest(request: StepFile['request'], path: DocumentPath, report: Report): RequestTemplate {
  const method = request.method ?? 'GET';
  const hasJson = Object.hasOwn(request, 'json');
  if (request.name === PROBE_NAME)
    report([...path, 'name'], `\`${PROBE_NAME}\` is the name of the probe: choose another`);
  if (hasJson && request.body !== undefined) report([...path, 'body'], 'json or body, not both');
  if (method === 'HEAD' && (hasJson || request.body !== undefined)) report(path, 'a HEAD request has no body');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) report([...path, 'headers', name], 'not the name of a header');
    headers[name.toLowerCase()] = String(value);
  }
  return {
    name: request.name ?? `${method} ${request.path}`,
    method,
    path: request.path,
    headers,
    body: hasJson ? { json: request.json ?? null } : request.body === undefined ? null : { text: request.body },
  };
}

function convertExpectation(expect: NonNullable<StepFile['expect']>): Expectation {
  const { status, headers = {}, body = [] } = expect;
  return {
    status: status === undefined ? null : typeof status === 'number' ? [status] : status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    bodyContains: typeof body === 'string' ? [body] : body,
  };
}

/** Every `{{name}}` must be captured somewhere or be a column of a data set, and every template must compile. */
function checkVariables(file: ScenarioFile, steps: readonly Step[], data: readonly DataSet[], report: Report): void {
  const captured = new Set([...steps.flatMap((step) => Object.keys(step.capture)), ...data.flatMap(namesOfColumns)]);
  const checkText = (text: string, path: DocumentPath): void => {
    const template = compileTemplate(text);
    for (const problem of template.problems) report(path, problem);
    for (const variable of template.variables.filter((name) => !captured.has(name))) {
      const meant = didYouMean(variable, [...captured, 'sequence', 'uuid', 'run', 'now', 'user', 'random']);
      report(
        path,
        `\`{{${variable}}}\` is captured nowhere${meant ? `, did you mean \`{{${meant}}}\`?` : '; capture it in setup'}`,
      );
    }
  };
  const checkStep = (step: StepFile, path: DocumentPath): void =>
    eachText(step.request, [...path, 'request'], checkText);
  file.setup?.forEach((step, i) => {
    checkStep(step, ['setup', i]);
  });
  file.tasks.forEach((step, i) => {
    checkStep(step, ['tasks', i]);
  });
}

function namesOfColumns({ name, columns }: DataSet): string[] {
  return columns.length === 1 ? [name, `${name}.${columns[0]}`] : columns.map((column) => `${name}.${column}`);
}

function eachText(value: unknown, path: DocumentPath, visit: (text: string, path: DocumentPath) => void): void {
  if (typeof value === 'string') {
    if (path.at(-1) !== 'name') visit(value, path);
  } else if (Array.isArray(value)) {
    value.forEach((item, i) => {
      eachText(item, [...path, i], visit);
    });
  } else if (value !== null && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) eachText(item, [...path, key], visit);
  }
}

function readThresholds(
  lists: NonNullable<ScenarioFile['thresholds']>,
  names: readonly string[],
  report: Report,
): Threshold[] {
  const subjects = [...names, '*', 'resources'];
  return Object.entries(lists).flatMap(([subject, limits]) => {
    if (!subjects.includes(subject)) {
      const meant = didYouMean(subject, subjects);
      report(
        ['thresholds', subject],
        `no request has this name${meant ? `, did you mean \`${meant}\`?` : `; known: ${subjects.join(', ')}`}`,
      );
      return [];
    }
    if (limits.length === 0) report(['thresholds', subject], 'the list is empty; add a threshold, or leave it out');
    return limits.flatMap((item, i) => {
      const path = ['thresholds', subject, i];
      const { limit, abortOnFail = false, after } = typeof item === 'string' ? { limit: item } : item;
      const threshold = parseThreshold(subject, limit);
      if (typeof threshold === 'string') {
        report(path, threshold);
        return [];
      }
      if (!abortOnFail) return [threshold];
      const abortAfterMs = after === undefined ? ABORT_AFTER_MS : readDuration(after, [...path, 'after'], report);
      return [{ ...threshold, abortAfterMs }];
    });
  });
}
