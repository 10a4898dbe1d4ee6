import { redactText } from '../redact/redact-text.ts';
import { redactJson } from '../redact/redact-values.ts';
import { isPlaceholder } from '../redact/secret-forms.ts';
import type { Scenario, Step } from './scenario.ts';

/**
 * What a run keeps of its scenario: names, weights, methods, paths and the shape of the load. Not the values of headers,
 * bodies and queries, not the comments: whatever may be a secret there nobody can tell. The file itself is named beside it.
 */
export function scenarioOutline({ name, load, setup, tasks }: Scenario): string {
  const outline = {
    name,
    load,
    ...(setup.length === 0 ? {} : { setup: setup.map(stepOutline) }),
    tasks: tasks.map((task) => ({ weight: task.weight, ...stepOutline(task) })),
  };
  return JSON.stringify(outline, null, 2);
}

function stepOutline({ request: { name, method, path } }: Step): object {
  return { request: { name: redactText(name), method, path: pathOutline(path) } };
}

function pathOutline(path: string): string {
  return redactText(path).replace(/([?&][^=&]+=)([^&]*)/g, (whole, name: string, value: string) =>
    isPlaceholder(value) ? whole : `${name}…`,
  );
}

/** What a scenario sends, for a digest: without what does not change it (comments, address, length, limits) and without credentials. */
export function whatIsSent({ load, setup, tasks }: Scenario): string {
  const withoutSecrets = (step: Step): unknown => ({ ...step, request: redactJson(step.request) });
  return JSON.stringify({
    load: { ...load, durationMs: null },
    setup: setup.map(withoutSecrets),
    tasks: tasks.map(withoutSecrets),
  });
}
