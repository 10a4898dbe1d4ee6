import type { RawCallFrame } from '../model/profiles.ts';
import { member, object, ShapeError, text } from './shape.ts';

/** Reads the call frame of a profile node. Position and URL may be missing in files of other tools: unknown is -1 and ''. */
export function readCallFrame(value: unknown, path: string): RawCallFrame {
  const own = object(value, path);
  return {
    functionName: text(member(own, 'functionName'), `${path}.functionName`),
    scriptId: identifier(member(own, 'scriptId')),
    url: text(member(own, 'url') ?? '', `${path}.url`),
    lineNumber: position(member(own, 'lineNumber'), `${path}.lineNumber`),
    columnNumber: position(member(own, 'columnNumber'), `${path}.columnNumber`),
  };
}

/** A number in files of some tools. Not by way of String alone: an object may have a `toString` that is none. */
function identifier(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '0';
}

function position(value: unknown, path: string): number {
  if (value === undefined) return -1;
  if (!Number.isSafeInteger(value)) throw new ShapeError(path, 'a whole number', value);
  return value as number;
}
