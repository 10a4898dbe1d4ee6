export type JsonPathSteps = readonly (string | number)[];

/** Reads the subset of JSONPath that names one place: `$.a.b[0]`, `$["odd key"]`, `$`. Null when the text is none. */
export function parseJsonPath(text: string): JsonPathSteps | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('$')) return null;
  const steps: (string | number)[] = [];
  const step = /\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\["([^"]*)"\]|\['([^']*)'\]/y;
  step.lastIndex = 1;
  while (step.lastIndex < trimmed.length) {
    const match = step.exec(trimmed);
    if (!match) return null;
    steps.push(match[2] === undefined ? (match[1] ?? match[3] ?? match[4] ?? '') : Number(match[2]));
  }
  return steps;
}

/** The value at the place; undefined when it is not there. */
export function valueAt(document: unknown, steps: JsonPathSteps): unknown {
  let at = document;
  for (const step of steps) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string | number, unknown>)[step];
  }
  return at;
}
