/**
 * Readers of untrusted JSON: each takes a value and its path and gives it back with its type, or throws a ShapeError
 * that names the path. Objects are built again from the fields that are asked for, so that `__proto__` and whatever
 * else a damaged or hostile file holds stays outside.
 */
export class ShapeError extends Error {
  constructor(path: string, expected: string, value: unknown) {
    super(`${path || 'the value'} should be ${expected} but is ${describe(value)}`);
    this.name = 'ShapeError';
  }
}

export type Read<T> = (value: unknown, path: string) => T;
export type Fields<T> = { readonly [K in keyof T]-?: Read<T[K]> };

export const number: Read<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ShapeError(path, 'a number', value);
  return value;
};

/** Thirty thousand years: sums and differences of two moments still are dates. */
const LATEST_MS = 1e15;

/** A moment in milliseconds, of either clock. */
export const moment: Read<number> = (value, path) => {
  if (Math.abs(number(value, path)) > LATEST_MS) throw new ShapeError(path, 'a moment in milliseconds', value);
  return value as number;
};

export const count: Read<number> = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new ShapeError(path, 'a count', value);
  return value as number;
};

export const text: Read<string> = (value, path) => {
  if (typeof value !== 'string') throw new ShapeError(path, 'a text', value);
  return value;
};

export const flag: Read<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new ShapeError(path, 'true or false', value);
  return value;
};

export function nullable<T>(read: Read<T>): Read<T | null> {
  return (value, path) => (value === null ? null : read(value, path));
}

/** A member that may be missing: `fields` leaves it out then. */
export function optional<T>(read: Read<T>): Read<T> {
  return (value, path) => (value === undefined ? (undefined as T) : read(value, path));
}

export function oneOf<const T extends string>(...choices: readonly T[]): Read<T> {
  return (value, path) => {
    const choice = choices.find((one) => one === value);
    if (choice === undefined) throw new ShapeError(path, `one of ${choices.join(', ')}`, value);
    return choice;
  };
}

export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, 'a list', value);
    // The path of an element is made only when it is needed: lists of a profile have a million elements.
    return value.map((one, index) => {
      try {
        return read(one, path);
      } catch {
        return read(one, `${path}[${index}]`);
      }
    });
  };
}

/** The same, where each element is of another `key`. */
export function listOfDistinct<T>(read: Read<T>, key: keyof T & string): Read<readonly T[]> {
  const readList = listOf(read);
  return (value, path) => {
    const seen = new Set<unknown>();
    return readList(value, path).map((one, index) => {
      if (seen.has(one[key])) throw new ShapeError(`${path}[${index}].${key}`, 'named once', one[key]);
      seen.add(one[key]);
      return one;
    });
  };
}

/** An object with free names; a name such as `__proto__` stays an ordinary own property. */
export function mapOf<T>(read: Read<T>): Read<Readonly<Record<string, T>>> {
  return (value, path) =>
    Object.fromEntries(Object.entries(object(value, path)).map(([name, one]) => [name, read(one, `${path}.${name}`)]));
}

/** An object with these fields; others are left out. */
export function fields<T extends object>(spec: Fields<T>): Read<T> {
  const entries = Object.entries<Read<unknown>>(spec);
  return (value, path) => {
    const own = object(value, path);
    // Every key of T has its reader in `spec`, so the entries make up a T.
    const read = entries.map(([name, one]) => [name, one(member(own, name), path ? `${path}.${name}` : name)] as const);
    return Object.fromEntries(read.filter(([, value]) => value !== undefined)) as T;
  };
}

export const object: Read<object> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShapeError(path, 'an object', value);
  }
  return value;
};

/** An own member of an object, undefined when it has none of that name. */
export function member(owner: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(owner, name)?.value;
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string')
    return `the text ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  if (typeof value === 'object') return 'an object';
  return String(value);
}
