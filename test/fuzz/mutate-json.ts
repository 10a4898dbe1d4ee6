import { EXTREMES, INHERITED } from './mutate-bytes.ts';
import type { Dice } from './random.ts';

/** Stands for a text that is written as it is: numbers that JSON.stringify cannot write. */
const RAW = '\u0001raw:';

interface Place {
  readonly owner: Record<string | number, unknown>;
  readonly key: string | number;
}

/**
 * One to four changes of the value of a JSON text, which stays JSON: members of another kind, extreme, gone, doubled,
 * moved. Null where the text is no JSON.
 */
export function mutateJson(text: string, dice: Dice): string | null {
  const value = parsed(text);
  if (value === undefined) return null;
  const root: { value: unknown } = { value };
  for (let changes = 1 + dice.below(4); changes > 0; changes -= 1) change(root, dice);
  return (stringified(root.value) ?? text).replace(/"\\u0001raw:([-+.\deE]+)"/g, '$1');
}

/** Undefined for what is nested deeper than JSON.stringify can follow. */
function stringified(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function change(root: { value: unknown }, dice: Dice): void {
  const places = placesOf(root as never);
  const { owner, key } = dice.pick(places);
  const value = owner[key];
  switch (dice.below(6)) {
    case 0:
    case 1:
      owner[key] = strange(dice);
      return;
    case 2:
      if (Array.isArray(owner)) owner.splice(Number(key), 1);
      else if (owner !== (root as never)) delete owner[key];
      return;
    case 3: {
      const other = dice.pick(places);
      owner[key] = copyOf(other.owner[other.key]);
      return;
    }
    case 4:
      if (Array.isArray(value) && value.length > 0) {
        const times = dice.pick([1, 2, 300]);
        owner[key] = [...value, ...Array.from({ length: times }, () => copyOf(value[dice.below(value.length)]))];
      } else if (typeof value === 'number') owner[key] = -value * dice.pick([1, 1e3, 1e9, 0.5]);
      else if (typeof value === 'string') owner[key] = value.slice(0, 2000).repeat(dice.pick([0, 2, 500]));
      return;
    default:
      rename(owner, key, dice);
  }
}

function rename(owner: Record<string | number, unknown>, key: string | number, dice: Dice): void {
  if (Array.isArray(owner)) return;
  const name = dice.chance(0.5)
    ? dice.pick(INHERITED)
    : dice.pick(['', 'x', ' ', '\u0000', '\u{1f600}', '{{x}}', '../..']);
  // As JSON.parse makes it: an own member, also where the name is `__proto__`.
  Object.defineProperty(owner, name, { value: owner[key], enumerable: true, configurable: true, writable: true });
}

function strange(dice: Dice): unknown {
  const text = dice.pick(EXTREMES);
  switch (dice.below(5)) {
    case 0:
      return dice.pick([null, true, false, '', [], {}, 0, -1, 'x', [[]], [null], { a: null }]);
    case 1:
      // Only what JSON knows as a number.
      return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? `${RAW}${text}` : text;
    case 2:
      return dice.pick(INHERITED);
    case 3:
      return dice.pick([
        'a'.repeat(5000),
        '\ud800',
        '\u202e<script>',
        '\u001b]0;x\u0007',
        'é'.repeat(300),
        '-->',
        '../../etc/passwd',
      ]);
    default:
      return nested(dice.pick([2, 50, 1000]), dice.chance(0.5));
  }
}

function nested(depth: number, asList: boolean): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i += 1) value = asList ? [value] : { a: value };
  return value;
}

/** What is nested deeply is left alone: copying calls itself, and `structuredClone` aborts the process where that fails. */
function copyOf(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value)) as unknown;
  } catch {
    return null;
  }
}

/** Every value by its owner, up to some thousand. */
function placesOf(root: Record<string, unknown>): Place[] {
  const places: Place[] = [];
  const pending: unknown[] = [root];
  for (let owner = pending.pop(); owner !== undefined && places.length < 5000; owner = pending.pop()) {
    for (const key of Object.keys(owner as object)) {
      places.push({ owner: owner as Record<string, unknown>, key });
      const value = (owner as Record<string, unknown>)[key];
      if (typeof value === 'object' && value !== null) pending.push(value);
    }
  }
  return places;
}
