import { redactText } from './redact-text.ts';
import { isMixed } from './redact-url.ts';
import { isPlaceholder, looksRandom, REDACTED } from './secret-forms.ts';
import { isSecretName } from './secret-names.ts';

declare const isRedacted: unique symbol;

/** Went through `redacted`: what is written or printed as data must be of this type, so that no place forgets it. */
export type Redacted<Value> = Value & { readonly [isRedacted]: true };

/** Plain data with every text in it redacted, keys too. What holds nothing to take out is given back as it is. */
export function redacted<Value>(value: Value, redact: (text: string) => string = redactText): Redacted<Value> {
  const seen = new Map<string, string>();
  const shown = (text: string): string => {
    let result = seen.get(text);
    if (result === undefined) {
      result = redact(text);
      seen.set(text, result);
    }
    return result;
  };
  return walk(value, shown) as Redacted<Value>;
}

/** Most of a report is figures and names that stay: only what changes is copied, with what holds it. */
function walk(value: unknown, shown: (text: string) => string): unknown {
  if (typeof value === 'string') return shown(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return walkList(value, shown);
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null
    ? walkRecord(value as Readonly<Record<string, unknown>>, shown)
    : value;
}

function walkList(list: readonly unknown[], shown: (text: string) => string): readonly unknown[] {
  let copy: unknown[] | null = null;
  for (let i = 0; i < list.length; i += 1) {
    const item = list[i];
    if (typeof item === 'number') continue;
    const walked = walk(item, shown);
    if (walked === item) continue;
    copy ??= [...list];
    copy[i] = walked;
  }
  return copy ?? list;
}

function walkRecord(record: Readonly<Record<string, unknown>>, shown: (text: string) => string): object {
  const changes = new Map<string, [string, unknown]>();
  for (const key of Object.keys(record)) {
    const item = record[key];
    const walked = typeof item === 'number' ? item : walk(item, shown);
    const name = shown(key);
    if (walked !== item || name !== key) changes.set(key, [name, walked]);
  }
  if (changes.size === 0) return record;
  return Object.fromEntries(Object.entries(record).map(([key, item]) => changes.get(key) ?? [key, item]));
}

/** JSON from elsewhere: values under secret names go, whatever they are; `all`: every text goes, only names stay. */
export function redactJson(value: unknown, all: boolean = false): unknown {
  if (typeof value === 'string') return all && !isVariable(value) ? REDACTED : redactText(value);
  if (typeof value !== 'object' || value === null) return all && typeof value === 'number' ? REDACTED : value;
  if (Array.isArray(value)) return value.map((item) => redactJson(item, all));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redactText(key), redactJson(item, all || isSecretName(key))]),
  );
}

/** `{{token}}`, `Bearer {{token}}`: filled in when it is sent. */
function isVariable(text: string): boolean {
  return isPlaceholder(text.replace(/^(?:bearer|basic|token)\s+/i, ''));
}

const MAIL = /[^\s@]+(?:@|%40)[^\s@]+/i;
/** Labels that say who, whatever their value is. */
const SAYS_WHO =
  /^(?:e-?mail(?:_?address)?|(?:tele)?phone(?:_?number)?|mobile|msisdn|iban|ssn|(?:client|remote|peer|source|user)_?(?:ip|addr|address)|full_?name|first_?name|last_?name)$/i;
const UUID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/i;
const LONG_ID = /^(?:[\da-f]{24,}|\d{9,})$/i;
const SHORTEST_RANDOM = 20;

/** Whether the value of a label says who or is a key: addresses of people, ids, tokens, all under a secret name. */
export function isSecretLabel(name: string, value: string): boolean {
  if (value === '') return false;
  return (
    isSecretName(name) ||
    SAYS_WHO.test(name) ||
    MAIL.test(value) ||
    UUID.test(value) ||
    LONG_ID.test(value) ||
    (looksRandom(value, SHORTEST_RANDOM) && isMixed(value)) ||
    redactText(value) !== value
  );
}
