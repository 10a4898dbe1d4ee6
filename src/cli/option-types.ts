import type { Options } from 'yargs';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { parseBytes, parseDurationMs } from '../model/units.ts';
import { parseRatePerSecond } from '../scenario/parse-rate.ts';

/**
 * Checked option types for yargs. yargs itself takes `--hours abc` as NaN, `--hours` without a value as the default and
 * a repeated `--hours 1 --hours 5` as an array; each of these is a usage error here.
 */

function usageError(message: string, hint: string): ProfilerError {
  return new ProfilerError('usage', EXIT.usage, message, hint);
}

function single(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw usageError(`--${name} was given more than once.`, 'Give it one value.');
  return String(value);
}

/** A finite number, at least `min`. */
export function numberOption(
  name: string,
  describe: string,
  { min = 0, integer = false }: { readonly min?: number; readonly integer?: boolean } = {},
): Options & { type: 'string' } {
  return {
    type: 'string',
    requiresArg: true,
    describe,
    coerce: (value: unknown): number | undefined => {
      const text = single(name, value);
      if (text === undefined) return undefined;
      const number = Number(text);
      const fits =
        text.trim() !== '' && Number.isFinite(number) && number >= min && (!integer || Number.isInteger(number));
      if (!fits) {
        throw usageError(
          `--${name} ${text} is not ${integer ? 'a whole number' : 'a number'} of at least ${min}.`,
          `Example: --${name} ${Math.max(min, 1)}`,
        );
      }
      return number;
    },
  };
}

/** A duration such as `500ms`, `90s`, `8h`, as milliseconds. */
export function durationOption(name: string, describe: string, example: string): Options & { type: 'string' } {
  return {
    type: 'string',
    requiresArg: true,
    describe,
    coerce: (value: unknown): number | undefined => {
      const text = single(name, value);
      if (text === undefined) return undefined;
      const durationMs = parseDurationMs(text);
      if (durationMs === null || durationMs <= 0) {
        throw usageError(
          `--${name} ${text} is not a duration.`,
          `Write a number with its unit (ms, s, m, h, d): --${name} ${example}`,
        );
      }
      return durationMs;
    },
  };
}

/** A size such as `512MiB`, in bytes. */
export function bytesOption(name: string, describe: string, example: string): Options & { type: 'string' } {
  return {
    type: 'string',
    requiresArg: true,
    describe,
    coerce: (value: unknown): number | undefined => {
      const text = single(name, value);
      if (text === undefined) return undefined;
      const sizeBytes = parseBytes(text);
      if (sizeBytes === null)
        throw usageError(
          `--${name} ${text} is not a size.`,
          `Write a number with its unit (kB, MB, MiB, GiB): --${name} ${example}`,
        );
      return sizeBytes;
    },
  };
}

/** One text. */
export function textOption(name: string, describe: string): Options & { type: 'string' } {
  return { type: 'string', requiresArg: true, describe, coerce: (value: unknown) => single(name, value) };
}

/** A rate of arrivals such as `120/s`, `6000/m`, or a bare number per second; per second. */
export function rateOption(name: string, describe: string): Options & { type: 'string' } {
  return {
    type: 'string',
    requiresArg: true,
    describe,
    coerce: (value: unknown): number | undefined => {
      const text = single(name, value);
      if (text === undefined) return undefined;
      const rate = parseRatePerSecond(text) ?? 0;
      if (!(rate > 0)) throw usageError(`--${name} ${text} is not a rate.`, `Example: --${name} 100/s`);
      return rate;
    },
  };
}
