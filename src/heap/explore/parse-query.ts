import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';
import { type Bytes, parseBytes } from '../../model/units.ts';
import { NODE_TYPE_NAMES } from '../snapshot-layout.ts';

/** A test of names: by a regular expression between slashes, else the whole name. */
export type NameTest = (name: string) => boolean;

/** Terms that must all hold; null if there is no term for it. */
export interface ObjectQuery {
  readonly class: NameTest | null;
  readonly package: NameTest | null;
  /** Of functions, by their own name. */
  readonly function: NameTest | null;
  /** Canonical number of a type. */
  readonly type: number | null;
  readonly id: number | null;
  readonly detached: boolean;
  readonly sizes: readonly SizeTest[];
}

export interface SizeTest {
  readonly of: 'retained' | 'shallow';
  readonly holds: (bytes: Bytes) => boolean;
}

/** Longer texts are not searches, and a long regular expression may never end. */
const LONGEST = 500;
const TERM = /\s*(?:([a-z]+)\s*(:|[<>]=?|=)\s*)?(\/(?:\\.|[^\\/])*\/[a-z]*|"[^"]*"|[^\s"/][^\s]*)/y;
const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '=': (a, b) => a === b,
};

/**
 * Reads `class:/Order/ retained>1MB package:lru-cache`. A single word matches part of a class name, `@123` matches an id.
 * Throws a ProfilerError (exit 2) that names the unknown term.
 */
export function parseQuery(text: string): ObjectQuery {
  if (text.length > LONGEST) throw refused(`The query has ${text.length} characters; at most ${LONGEST} are read.`);
  const query: { -readonly [Key in keyof ObjectQuery]: ObjectQuery[Key] } & { sizes: SizeTest[] } = {
    class: null,
    package: null,
    function: null,
    type: null,
    id: null,
    detached: false,
    sizes: [],
  };
  for (const { name, sign, value } of termsOf(text)) {
    if (name === 'retained' || name === 'shallow') query.sizes.push({ of: name, holds: sizeTest(name, sign, value) });
    else if (sign !== ':' && name !== '') throw refused(`"${name}${sign}${value}": ${name} is followed by a colon.`);
    else if (name === 'class' || name === 'package' || name === 'function') query[name] = nameTest(value);
    else if (name === 'type') query.type = typeNumber(value);
    else if (name === 'id' || (name === '' && /^@\d+$/.test(value))) query.id = idOf(value);
    else if (name === 'is' && value === 'detached') query.detached = true;
    else if (name === '' && /^[^"/].*[<>=:]/.test(value)) throw refused(`"${value}" is no term of a query.`);
    else if (name === '') query.class = value.startsWith('/') ? nameTest(value) : partOf(value);
    else throw refused(`"${name}" is no term of a query.`);
  }
  return query;
}

function termsOf(text: string): { name: string; sign: string; value: string }[] {
  const terms: { name: string; sign: string; value: string }[] = [];
  const rest = text.trimEnd();
  const sticky = new RegExp(TERM);
  while (sticky.lastIndex < rest.length) {
    const at = sticky.lastIndex;
    const found = sticky.exec(rest);
    if (!found) throw refused(`The query cannot be read from "${rest.slice(at).trim()}" on.`);
    terms.push({ name: found[1] ?? '', sign: found[2] ?? '', value: found[3]!.replace(/^"(.*)"$/, '$1') });
  }
  return terms;
}

function nameTest(value: string): NameTest {
  const pattern = /^\/(.*)\/([a-z]*)$/s.exec(value);
  if (!pattern) return (name) => name === value;
  try {
    const expression = new RegExp(pattern[1]!, pattern[2]!.replace(/[gy]/g, ''));
    return (name) => expression.test(name);
  } catch (cause) {
    throw refused(`${value} is no regular expression: ${(cause as Error).message.replace(/^.*: /, '')}.`);
  }
}

function partOf(value: string): NameTest {
  const wanted = value.toLowerCase();
  return (name) => name.toLowerCase().includes(wanted);
}

function sizeTest(name: string, sign: string, value: string): (bytes: Bytes) => boolean {
  const bytes = /^\d+$/.test(value) ? Number(value) : parseBytes(value);
  const compare = COMPARE[sign];
  if (bytes === null || !compare)
    throw refused(`"${name}${sign}${value}" is no comparison of sizes.`, `Write ${name}>1MB or ${name}<=64KB.`);
  return (size) => compare(size, bytes);
}

function typeNumber(value: string): number {
  const type = NODE_TYPE_NAMES.indexOf(value);
  if (type < 0) throw refused(`"${value}" is no type of objects.`, `Types are: ${NODE_TYPE_NAMES.join(', ')}.`);
  return type;
}

function idOf(value: string): number {
  const id = Number(value.replace(/^@/, ''));
  if (!Number.isInteger(id)) throw refused(`${value} is not an id such as @12345.`);
  return id;
}

const TERMS =
  'Terms are class:NAME or class:/REGEX/, function:, package:, type:, id:@N, is:detached, retained>1MB, shallow<64KB.';

function refused(message: string, hint: string = TERMS): ProfilerError {
  return new ProfilerError('heap-query', EXIT.usage, message, hint);
}
