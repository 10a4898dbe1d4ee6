import type { RequestTemplate } from './scenario.ts';
import { compileTemplate, type TemplateContext } from './template.ts';

/** What goes over the wire. */
export interface RenderedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

type Render = (context: TemplateContext) => RenderedRequest;

/**
 * Compiles a request once; what does not change from call to call is not made again.
 * `basePath` is the path of the base URL, put in front. A JSON body without a content type gets one.
 */
export function compileRequest(request: RequestTemplate, basePath: string): Render {
  const path = compileTemplate(basePath.replace(/\/$/, '') + request.path);
  const headers = compileHeaders(request);
  const body = request.body && compileBody(request.body);
  if (!path.isDynamic && !headers.isDynamic && !body?.isDynamic) {
    const constant = render();
    return () => constant;
  }
  return render;

  function render(context: TemplateContext = NOTHING): RenderedRequest {
    return {
      method: request.method,
      path: path.render(context),
      headers: headers.render(context),
      body: body ? body.render(context) : null,
    };
  }
}

/** The context of a request without templates. */
const NOTHING: TemplateContext = {
  random: () => 0,
  nextSequence: () => 0,
  newUuid: () => '',
  run: '',
  nowMs: () => 0,
  user: 0,
  variables: {},
};

function compileHeaders(request: RequestTemplate): {
  readonly isDynamic: boolean;
  readonly render: (context: TemplateContext) => Readonly<Record<string, string>>;
} {
  const isJson = request.body !== null && 'json' in request.body && !('content-type' in request.headers);
  const fixed: Record<string, string> = isJson ? { 'content-type': 'application/json' } : {};
  const dynamic: [string, (context: TemplateContext) => string][] = [];
  for (const [name, value] of Object.entries(request.headers)) {
    const template = compileTemplate(value);
    if (template.isDynamic) dynamic.push([name, template.render]);
    else fixed[name] = value;
  }
  if (dynamic.length === 0) return { isDynamic: false, render: () => fixed };
  return {
    isDynamic: true,
    render(context) {
      const headers = { ...fixed };
      for (const [name, render] of dynamic) headers[name] = render(context);
      return headers;
    },
  };
}

/** A string that is one `{{number(…)}}`, as JSON writes it. */
const NUMBER = /"(\{\{\s*number\([^"}]*\)\s*\}\})"/g;

/**
 * A JSON body is one template over its serialised text: inserted values are escaped for the quotes that they stand in.
 * Around a `{{number(…)}}` the quotes are taken away.
 */
function compileBody(body: NonNullable<RequestTemplate['body']>): {
  readonly isDynamic: boolean;
  readonly render: (context: TemplateContext) => string;
} {
  if ('text' in body) return compileTemplate(body.text);
  const json = JSON.stringify(body.json).replace(NUMBER, '$1');
  return compileTemplate(json, (value) => JSON.stringify(value).slice(1, -1));
}
