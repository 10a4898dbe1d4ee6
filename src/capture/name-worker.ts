import { parentPort } from 'node:worker_threads';
import { readRegularFileSync } from '../files/regular-file.ts';
import { originalNames } from '../format/original-names.ts';
import type { OriginalNames } from '../model/original-names.ts';
import { readRawMap } from './read-source-map.ts';

export interface NameRequest {
  /** The path as the target sees it, and its path from here. */
  readonly path: string;
  readonly root: string;
}

export type NameAnswer = OriginalNames | null;

/** A larger script takes a minute to parse, and a gigabyte. */
const MAX_SCRIPT_BYTES = 24 * 1024 * 1024;

function namesOf({ path, root }: NameRequest): NameAnswer {
  try {
    const toHostPath = (inside: string): string => root + inside;
    const map = readRawMap(path, toHostPath);
    if (map === null) return null;
    const script = readRegularFileSync(toHostPath(path), { maxBytes: MAX_SCRIPT_BYTES }).toString('utf8');
    return originalNames(script, map.json, map.path);
  } catch {
    // No JavaScript, or gone meanwhile: the report shows the names that were run.
    return null;
  }
}

parentPort?.on('message', (request: NameRequest) => parentPort?.postMessage(namesOf(request) satisfies NameAnswer));
