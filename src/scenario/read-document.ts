import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';
import { type Document, isMap, isScalar, type Node } from 'yaml';
import { didYouMean } from './did-you-mean.ts';
import { parseYaml } from './parse-yaml.ts';

/** Keys and indices from the top of a document. */
export type DocumentPath = readonly (string | number)[];

export interface Problem {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** What is wrong and what to write instead. */
  readonly message: string;
}

/** Notes a problem of the value at the path. */
export type Report = (path: DocumentPath, message: string) => void;

const LONGEST_MESSAGE = 500;
/** A file that is of another kind altogether has a fault in every line: the first of them say so. */
export const MOST_PROBLEMS = 100;

interface CheckedDocument {
  /** Undefined when the text is not even YAML. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** A problem at the path, or at the nearest node above it. */
  readonly problemAt: (path: DocumentPath, message: string) => Problem;
}

/**
 * Reads YAML or JSON (a subset of YAML) and holds it against a JSON Schema. Never throws: all that is wrong is in
 * `problems`.
 */
export function readDocument(text: string, schema: Schema): CheckedDocument {
  const { document, value, lines, fault } = parseYaml(text);
  const problemAtOffset = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), message: shortened(message) };
  };
  const problemAt = (path: DocumentPath, message: string): Problem =>
    problemAtOffset(offsetOf(document, path), path.length === 0 ? message : `${formatPath(path)}: ${message}`);
  if (fault) {
    const problem = problemAtOffset(fault.offset, fault.message);
    const isTemplate = text.split('\n')[problem.line - 1]?.includes('{{') ?? false;
    const hint = isTemplate ? '; a text with {{…}} must stand in quotes: "/items/{{id}}"' : '';
    return { value: undefined, problems: [{ ...problem, message: `${problem.message}${hint}` }], problemAt };
  }
  const result = new Validator(schema, '2020-12', false).validate(value);
  return { value, problems: explain(result.errors, schema, problemAt), problemAt };
}

/** A problem may quote what is wrong. */
function shortened(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
}

/** `load.stages[1].rate` */
function formatPath(path: DocumentPath): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
}

/** Where the value at the path begins; the key, when the path ends in a key of a map. */
function offsetOf(document: Document.Parsed | null, path: DocumentPath): number {
  if (document === null) return 0;
  for (let depth = path.length; depth > 0; depth--) {
    const parent: unknown = document.getIn(path.slice(0, depth - 1), true);
    const last = path[depth - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last));
      if (pair) return (pair.key as Node).range?.[0] ?? 0;
    }
    const node = document.getIn(path.slice(0, depth), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

/**
 * The validator reports every schema on the way to a fault; only the innermost say something. A key that the schema
 * does not know is reported as a false schema at its place, after a report of `additionalProperties` at its parent.
 */
function explain(errors: readonly OutputUnit[], schema: Schema, problemAt: CheckedDocument['problemAt']): Problem[] {
  const problems: Problem[] = [];
  errors.forEach((error, i) => {
    if (problems.length >= MOST_PROBLEMS) return;
    const path = fromPointer(error.instanceLocation);
    if (error.keyword === 'false') {
      problems.push(problemAt(path, explainUnknownKey(path, errors[i - 1], schema)));
    } else if (error.keyword === 'required') {
      const missing = /"(.*)"/.exec(error.error)?.[1] ?? '';
      const advice = adviceAt(schema, `${parentPointer(error.keywordLocation)}/properties/${missing}`);
      problems.push(problemAt(path, `\`${missing}\` is missing${advice ? `: ${advice}` : ''}`));
    } else if (!COMPOSED.has(error.keyword)) {
      problems.push(problemAt(path, explainValue(error, schema)));
    }
  });
  return distinct(problems);
}

/** Keywords that only pass on what is wrong further in. */
const COMPOSED = new Set([
  'properties',
  'additionalProperties',
  'items',
  'allOf',
  'anyOf',
  'oneOf',
  'if',
  '$ref',
  'prefixItems',
  'patternProperties',
]);

function explainUnknownKey(path: DocumentPath, parent: OutputUnit | undefined, schema: Schema): string {
  const key = String(path.at(-1) ?? '');
  const known = parent ? schemaAt(schema, `${parentPointer(parent.keywordLocation)}/properties`) : undefined;
  const names = Object.keys(known ?? {});
  const meant = didYouMean(key, names);
  return meant
    ? `unknown key, did you mean \`${meant}\`?`
    : `unknown key; known here: ${names.map((name) => `\`${name}\``).join(', ')}`;
}

/**
 * A description without a full stop says what to write (`a weight above 0`). One that is a sentence says what the value
 * is for: there the rule of the schema is said, with the description beside it.
 */
function explainValue({ keyword, keywordLocation, error }: OutputUnit, schema: Schema): string {
  const pointer = parentPointer(keywordLocation);
  const advice = adviceAt(schema, pointer) || adviceAt(schema, pointer.replace(/\/\$ref$/, ''));
  if (advice !== '' && !advice.endsWith('.')) return `should be ${advice}`;
  const rule = schemaAt(schema, pointer)?.[keyword];
  const expected = rule === undefined ? undefined : EXPECTED.get(keyword)?.(rule);
  const fault = expected === undefined ? error : `must ${expected}`;
  return advice === '' ? fault : `${fault} (${advice.replace(/\.$/, '')})`;
}

const EXPECTED: ReadonlyMap<string, (rule: unknown) => string> = new Map<string, (rule: unknown) => string>([
  ['type', (rule) => `be of type ${[rule].flat().join(' or ')}`],
  ['enum', (rule) => `be ${[rule].flat().map(String).join(' or ')}`],
  ['pattern', (rule) => `match ${rule}`],
  ['minLength', () => 'not be empty'],
  ['minItems', () => 'not be empty'],
  ['minProperties', () => 'not be empty'],
  ['minimum', (rule) => `be at least ${rule}`],
  ['maximum', (rule) => `be at most ${rule}`],
  ['exclusiveMinimum', (rule) => `be above ${rule}`],
]);

function adviceAt(schema: Schema, pointer: string): string {
  const found = schemaAt(schema, pointer)?.description;
  return typeof found === 'string' ? found : '';
}

function schemaAt(schema: Schema, pointer: string): Record<string, unknown> | undefined {
  let at: unknown = schema;
  for (const step of fromPointer(pointer)) {
    if (at === null || typeof at !== 'object') return undefined;
    at = (at as Record<string, unknown>)[String(step)];
    if (step === '$ref' && typeof at === 'string') at = schemaAt(schema, at.slice(1));
  }
  return at !== null && typeof at === 'object' ? (at as Record<string, unknown>) : undefined;
}

function fromPointer(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function parentPointer(pointer: string): string {
  return pointer.slice(0, pointer.lastIndexOf('/'));
}

function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((problem) => [`${problem.line}:${problem.column}:${problem.message}`, problem]));
  return [...seen.values()];
}
