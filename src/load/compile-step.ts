import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { compileRequest, type RenderedRequest } from '../scenario/compile-request.ts';
import { type JsonPathSteps, parseJsonPath, valueAt } from '../scenario/json-path.ts';
import type { Expectation, HttpOptions, Step } from '../scenario/scenario.ts';
import type { TemplateContext } from '../scenario/template.ts';
import type { Answer } from './connection.ts';

/** A step of the scenario, ready to be sent many times. */
export interface CompiledStep {
  readonly name: string;
  readonly render: (context: TemplateContext) => RenderedRequest;
  /** Whether the body of the answer is looked at. */
  readonly wantsBody: boolean;
  /** Puts captured values into `variables`; returns the class of the error, null when the answer is as expected. */
  readonly check: (answer: Answer, variables: Record<string, string>) => string | null;
}

export function compileStep(step: Step, basePath: string, http: HttpOptions): CompiledStep {
  const { name } = step.request;
  const captures = Object.entries(step.capture).map(([variable, path]) => ({
    variable,
    place: parseJsonPath(path) ?? [],
  }));
  const { expect } = step;
  const expectedHeaders = Object.entries(expect.headers);
  const wantsBody = captures.length > 0 || expect.bodyContains.length > 0;
  const headers = {
    'user-agent': 'soak-profiler',
    ...(http.gzip ? { 'accept-encoding': 'gzip, br' } : {}),
    ...http.headers,
    ...step.request.headers,
  };
  return {
    name,
    render: compileRequest({ ...step.request, headers }, basePath),
    wantsBody,
    check(answer, variables) {
      if (answer.error !== null) return answer.error;
      if (!isExpectedStatus(answer.status, expect)) return `status ${answer.status}`;
      const body = wantsBody ? textOf(answer) : '';
      if (body === null) return 'invalid answer';
      if (!hasExpectedContent(answer, body, expectedHeaders, expect.bodyContains)) return 'expectation';
      return captures.length > 0 && !capture(body, captures, variables) ? 'capture' : null;
    },
  };
}

/** A few KB may unpack to gigabytes. */
const UNPACKED = { maxOutputLength: 16 * 1024 * 1024 };

/** The body as text, decompressed; null when it cannot be. */
function textOf({ headers, body }: Answer): string | null {
  try {
    switch (headers['content-encoding']) {
      case 'gzip':
        return gunzipSync(body, UNPACKED).toString();
      case 'br':
        return brotliDecompressSync(body, UNPACKED).toString();
      case 'deflate':
        return inflateSync(body, UNPACKED).toString();
      default:
        return body.toString();
    }
  } catch {
    return null;
  }
}

function isExpectedStatus(status: number, expect: Expectation): boolean {
  return expect.status === null ? status < 400 : expect.status.includes(status);
}

function hasExpectedContent(
  { headers }: Answer,
  body: string,
  expectedHeaders: readonly (readonly [string, string])[],
  bodyContains: readonly string[],
): boolean {
  return (
    expectedHeaders.every(([name, text]) => String(headers[name] ?? '').includes(text)) &&
    bodyContains.every((text) => body.includes(text))
  );
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
