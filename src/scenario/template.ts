import { type Random, randomInteger } from './random.ts';

/**
 * What a template may draw on when it is rendered. Randomness and clock are passed in. With one seed two runs send the
 * same random numbers and sequence, but never the same UUIDs and run: what a service wants unique must stay so.
 */
export interface TemplateContext {
  readonly random: Random;
  /** 1, 2, 3, … over the whole run. */
  readonly nextSequence: () => number;
  readonly newUuid: () => string;
  /** A short text that no other run has. */
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Number of the virtual user, from 1. */
  readonly user: number;
  /** Captured values; one that is not captured yet renders as nothing. */
  readonly variables: Readonly<Record<string, string>>;
  /** Value of a column of the current row of a data set (null: its only column); undefined when there is none. */
  readonly data?: (set: string, column: string | null) => string | undefined;
}

interface Template {
  readonly render: (context: TemplateContext) => string;
  /** False: always the same text. */
  readonly isDynamic: boolean;
  /** Captured variables, and columns of data sets (`devices.id`), that it names. */
  readonly variables: readonly string[];
  /** What is wrong with it, as text; empty when nothing is. */
  readonly problems: readonly string[];
}

const LONGEST_EXPRESSION = 200;

type Part = (context: TemplateContext) => string;

const FUNCTIONS: Readonly<Record<string, Part>> = {
  sequence: (context) => String(context.nextSequence()),
  uuid: (context) => context.newUuid(),
  run: (context) => context.run,
  now: (context) => String(Math.floor(context.nowMs())),
  user: (context) => String(context.user),
};

const FUNCTION_NAMES: readonly string[] = [...Object.keys(FUNCTIONS), 'random(low,high)', 'number(…)'];

/**
 * Compiles `device-{{random(1,1000)}}` once into a function. Knows `{{sequence}}`, `{{uuid}}`, `{{run}}`, `{{now}}`,
 * `{{user}}`, `{{random(low,high)}}` (whole numbers, both ends included), the names of captured variables, and columns
 * of data sets: `{{devices.id}}`.
 * `{{number(…)}}` around any of them is the same, but without the quotes in a JSON body (see `compileRequest`).
 * `quote` is applied to every inserted value (for JSON: what may stand between quotes).
 */
export function compileTemplate(text: string, quote: (value: string) => string = (value) => value): Template {
  const parts: Part[] = [];
  const variables: string[] = [];
  const problems: string[] = [];
  let constant = '';
  let end = 0;
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', end)) {
    const close = text.indexOf('}}', start + 2);
    if (close < 0) break;
    constant = text.slice(end, start);
    end = close + 2;
    if (constant) parts.push(literal(constant));
    const part = compileExpression(text.slice(start + 2, close).trim(), variables, problems);
    parts.push((context) => quote(part(context)));
  }
  const rest = text.slice(end);
  if (rest.includes('{{')) problems.push(`\`{{\` without \`}}\` in "${text}"`);
  if (rest) parts.push(literal(rest));
  return { render: join(parts), isDynamic: end > 0, variables, problems };
}

function literal(text: string): Part {
  return () => text;
}

/** Most templates have one or two parts: no loop for them. */
function join(parts: readonly Part[]): Part {
  const [first, second] = parts;
  if (!first) return () => '';
  if (!second) return first;
  if (parts.length === 2) return (context) => first(context) + second(context);
  return (context) => {
    let text = '';
    for (const part of parts) text += part(context);
    return text;
  };
}

function compileExpression(expression: string, variables: string[], problems: string[]): Part {
  if (expression.length > LONGEST_EXPRESSION) {
    problems.push(`\`{{${expression.slice(0, 40)}…}}\` is too long for a variable`);
    return () => '';
  }
  const inner = /^number\((.*)\)$/s.exec(expression)?.[1];
  if (inner !== undefined) return compileExpression(inner.trim(), variables, problems);
  const random = /^random\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)$/.exec(expression);
  if (random) {
    const low = Number(random[1]);
    const high = Number(random[2]);
    if (![low, high].every(Number.isSafeInteger))
      problems.push(`\`${expression}\`: at most ${Number.MAX_SAFE_INTEGER}`);
    if (low > high) problems.push(`\`${expression}\`: the lower end comes first`);
    return (context) => String(randomInteger(context.random, low, high));
  }
  const known = Object.hasOwn(FUNCTIONS, expression) ? FUNCTIONS[expression] : undefined;
  if (known) return known;
  if (/^[A-Za-z_][\w-]*$/.test(expression)) {
    variables.push(expression);
    return (context) => context.variables[expression] ?? context.data?.(expression, null) ?? '';
  }
  const [, set, column] = /^([A-Za-z_][\w-]*)\.(.+)$/.exec(expression) ?? [];
  if (set !== undefined && column !== undefined) {
    variables.push(expression);
    return (context) => context.data?.(set, column) ?? '';
  }
  problems.push(
    `\`{{${expression}}}\` is neither a variable nor one of ${FUNCTION_NAMES.join(', ')} (low and high are whole numbers)`,
  );
  return () => '';
}
