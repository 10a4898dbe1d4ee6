import { compileRequest, type RenderedRequest } from '../scenario/compile-request.ts';
import { type JsonPathSteps, parseJsonPath, valueAt } from '../scenario/json-path.ts';
import type { Expectation, Step } from '../scenario/scenario.ts';
import type { TemplateContext } from '../scenario/template.ts';
import type { Answer } from './connection.ts';

/** A step of the scenario, ready to be sent many times. */
export interface CompiledStep {
  readonly name: string;
  readonly render: (context: TemplateContext) => RenderedRequest;
  /** Whether headers and body of the answer are looked at. */
  readonly wantsContent: boolean;
  /** Puts captured values into `variables`; returns the class of the error, null when the answer is as expected. */
  readonly check: (answer: Answer, variables: Record<string, string>) => string | null;
}

export function compileStep(step: Step, basePath: string): CompiledStep {
  const { name } = step.request;
  const headers = { 'user-agent': 'soak-profiler', ...step.request.headers };
  const captures = Object.entries(step.capture).map(([variable, path]) => ({
    variable,
    place: parseJsonPath(path) ?? [],
  }));
  const { expect } = step;
  const checksContent = Object.keys(expect.headers).length > 0 || expect.bodyContains.length > 0;
  return {
    name,
    render: compileRequest({ ...step.request, headers }, basePath),
    wantsContent: captures.length > 0 || checksContent,
    check(answer, variables) {
      if (answer.error !== null) return answer.error;
      if (!isExpectedStatus(answer.status, expect)) return `status ${answer.status}`;
      if (checksContent && !hasExpectedContent(answer, expect)) return 'expectation';
      return captures.length > 0 && !capture(answer.body, captures, variables) ? 'capture' : null;
    },
  };
}

function isExpectedStatus(status: number, expect: Expectation): boolean {
  return expect.status === null ? status < 400 : expect.status.includes(status);
}

function hasExpectedContent({ rawHeaders, body }: Answer, expect: Expectation): boolean {
  if (!expect.bodyContains.every((text) => body.includes(text))) return false;
  const wanted = Object.entries(expect.headers);
  if (wanted.length === 0) return true;
  const received = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = String(rawHeaders[i]).toLowerCase();
    received.set(name, [received.get(name), String(rawHeaders[i + 1])].filter(Boolean).join(', '));
  }
  return wanted.every(([name, text]) => received.get(name)?.includes(text));
}

function capture(
  body: string,
  captures: readonly { readonly variable: string; readonly place: JsonPathSteps }[],
  variables: Record<string, string>,
): boolean {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return false;
  }
  for (const { variable, place } of captures) {
    const value = valueAt(document, place);
    if (value === undefined || value === null) return false;
    variables[variable] = typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
  return true;
}
