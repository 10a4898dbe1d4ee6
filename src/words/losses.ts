import type { Bytes } from '../model/units.ts';

/** What is missing of a run folder, or is no longer what was written. `file`: run.json. */
export const LOSS = {
  manifestLost: (file: string): string =>
    `${file} was lost or damaged: the target, the plan and the thresholds of the run are not known`,
  manifestChanged: (file: string): string => `${file} is not what was written: it was changed or damaged after the run`,
  checksumLost: (file: string): string => `${file} has lost its checksum: it was changed after the run`,
  notClosed: 'the run folder was not closed: the profiler ended before that',
  of: (file: string, loss: string): string => `${file}: ${loss}`,
  notSealed: 'the seal of the run does not name it',
  linesMissing: (missing: number, written: number): string => `${missing} of ${written} lines are missing or damaged`,
  otherLines: 'its lines are not those that were written',
  bytesAdded: (bytes: Bytes): string => `${bytes} bytes were added after the run`,
  andMore: (first: string, more: number): string => `${first} (and ${more} more)`,
  fileMissing: (file: string): string => `${file} is missing`,
  otherSize: (file: string, found: Bytes, written: Bytes): string => `${file} has ${found} of ${written} bytes`,
  otherContent: 'its content is not what was written: it was changed or damaged after the run, and is left out',
} as const;

/** What was done about a file that run.json and the disk do not agree on. */
export const MENDED = {
  manifest: (error: string): string =>
    `${error}; rebuilt from the journals: the target, the plan and the thresholds are not known`,
  missing: 'listed in run.json, but missing',
  foreign: 'not part of the run, and left out',
  rebuilt: 'not listed in run.json; its record was rebuilt from the journals',
  unreadable: (error: string): string => `not listed in run.json, and cannot be read: ${error}`,
} as const;
