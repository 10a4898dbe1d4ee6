import type { Options } from 'yargs';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { parseDurationMs } from '../model/units.ts';
import { parseRatePerSecond } from '../scenario/parse-rate.ts';

/**
 * Checked option types for yargs. yargs itself takes `--hours abc` as NaN, `--hours` without a value as the default and
 * a repeated `--hours 1 --hours 5` as an array; each of these is a usage error here.
 */

/** What an option's text must be: `read` gives null for what it is not. */
interface Kind<Value> {
  /** As help shows it. yargs knows texts, numbers and booleans only, and takes `--hours abc` as a number. */
  readonly type: 'number' | 'duration' | 'rate' | 'string';
  readonly read: (text: string) => Value | null;
  /** `is not a duration` */
  readonly complaint: string;
  readonly hint: string;
}

/** A finite number from `min` to `max`. */
export function numberOption(
  name: string,
  describe: string,
  {
    min = 0,
    max = Number.MAX_VALUE,
    integer = false,
  }: { readonly min?: number; readonly max?: number; readonly integer?: boolean } = {},
): Options {
  return checkedOption(name, describe, {
    type: 'number',
    read: (text) => {
      const number = text.trim() === '' ? Number.NaN : Number(text);
      return Number.isFinite(number) && number >= min && number <= max && (!integer || Number.isInteger(number))
        ? number
        : null;
    },
    complaint: `is not ${integer ? 'a whole number' : 'a number'} of at least ${min}${max === Number.MAX_VALUE ? '' : ` and at most ${max}`}`,
    hint: `Example: --${name} ${Math.max(min, 1)}`,
  });
}

/** A duration such as `500ms`, `90s`, `8h`, as milliseconds. */
export function durationOption(name: string, describe: string, example: string): Options {
  return checkedOption(name, describe, {
    type: 'duration',
    read: (text) => {
      const durationMs = parseDurationMs(text);
      return durationMs !== null && durationMs > 0 ? durationMs : null;
    },
    complaint: 'is not a duration',
    hint: `Write a number with its unit (ms, s, m, h, d): --${name} ${example}`,
  });
}

/** `--max-pause`: what it bounds differs from command to command, the default does not. */
export function maxPauseOption(describe: string): Options {
  return durationOption('max-pause', `${describe} (default: 10s, in a Kubernetes pod 6s)`, '10s');
}

/** A rate of arrivals such as `120/s`, `6000/m`, or a bare number per second; per second. */
export function rateOption(name: string, describe: string): Options {
  return checkedOption(name, describe, {
    type: 'rate',
    read: (text) => parseRatePerSecond(text) || null,
    complaint: 'is not a rate',
    hint: `Example: --${name} 100/s`,
  });
}

/** One text. An empty one is a variable of a script that is not set: as a name it would fit every process, as a folder this one. */
export function textOption(name: string, describe: string): Options {
  return checkedOption(name, describe, {
    type: 'string',
    read: (text) => (text.trim() === '' ? null : text),
    complaint: 'is empty',
    hint: `Give it a value, or omit --${name}.`,
  });
}

/** One of some words; yargs checks which, and hands on a list where the option is given twice. */
export function choiceOption(name: string, choices: readonly string[], describe: string): Options {
  return { choices, requiresArg: true, describe, coerce: (given: unknown) => refuseRepeated(name, given) };
}

/** Without a type of yargs the text stays as it was written (`parse-numbers` is off), and help shows ours. */
function checkedOption<Value>(name: string, describe: string, { type, read, complaint, hint }: Kind<Value>): Options {
  return {
    requiresArg: true,
    describe: `${describe}  [${type}]`,
    coerce: (given: unknown): Value | undefined => {
      if (refuseRepeated(name, given) === undefined) return undefined;
      // `--no-out` is false to yargs, and `--out.x=1` an object.
      if (typeof given !== 'string') throw usageError(`--${name} needs a value.`, hint);
      const value = read(given);
      if (value === null) throw usageError(`--${name} ${given.trim() === '' ? '""' : given} ${complaint}.`, hint);
      return value;
    },
  };
}

function refuseRepeated(name: string, given: unknown): unknown {
  if (Array.isArray(given)) throw usageError(`--${name} was given more than once.`, 'Give it one value.');
  return given;
}

/** Of what an option's check throws, yargs hands on the message alone: what to do follows on lines of its own. */
function usageError(message: string, hint: string): Error {
  return new Error(`${message}\n${hint}`);
}

/** The error that yargs made of a `usageError`, or of words that it does not know. */
export function usageErrorOf(text: string): ProfilerError {
  const [message = '', ...hint] = text.split('\n');
  return new ProfilerError(
    'usage',
    EXIT.usage,
    message,
    hint.join('\n') || 'See profiler --help, or profiler <command> --help.',
  );
}
