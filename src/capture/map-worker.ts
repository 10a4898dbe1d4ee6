import { parentPort } from 'node:worker_threads';
import type { StrippedSourceMap } from '../model/source-map.ts';
import { readSourceMap, UnusableSourceMap } from './read-source-map.ts';

export interface MapRequest {
  /** The path as the target sees it, and its path from here. */
  readonly path: string;
  readonly root: string;
}

/** Not usable: why, as text. */
export type MapAnswer = { readonly map: StrippedSourceMap | null } | { readonly unusable: string };

function mapOf({ path, root }: MapRequest): MapAnswer {
  try {
    return { map: readSourceMap(path, (inside) => root + inside) };
  } catch (error) {
    return error instanceof UnusableSourceMap ? { unusable: error.message } : { map: null };
  }
}

parentPort?.on('message', (request: MapRequest) => parentPort?.postMessage(mapOf(request) satisfies MapAnswer));
