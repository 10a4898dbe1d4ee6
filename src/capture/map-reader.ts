import type { StrippedSourceMap } from '../model/source-map.ts';
import { type Bytes, formatBytes } from '../model/units.ts';
import type { MapAnswer, MapRequest } from './map-worker.ts';
import { readOwnRoom } from './memory-room.ts';
import { mapBytes, readSourceMap, UnusableSourceMap } from './read-source-map.ts';
import { WorkerDesk } from './worker-desk.ts';

/** One of 64 MiB takes a second on a busy machine. */
const DEADLINE_MS = 30_000;
/** Some 10 ms. */
const MOST_BYTES_HERE: Bytes = 1024 * 1024;

/** Of memory, for each byte of a map and for the thread. */
const TIMES_MAP = 6;
const BESIDE_BYTES: Bytes = 30e6;

/**
 * Reads source maps while a service is attached to: it cannot exit before the connection is released, so nothing may take
 * long in this thread. Large maps are parsed in another.
 */
export class MapReader {
  readonly #desk = new WorkerDesk<MapRequest, MapAnswer>(new URL('./map-worker.js', import.meta.url), DEADLINE_MS);

  /** As `readSourceMap`. `root`: of the target's files. */
  async read(path: string, root: string): Promise<StrippedSourceMap | null> {
    const toHostPath = (inside: string): string => root + inside;
    const bytes = mapBytes(path, toHostPath);
    if (bytes <= MOST_BYTES_HERE) return readSourceMap(path, toHostPath);
    if (BESIDE_BYTES + TIMES_MAP * bytes > readOwnRoom())
      throw new UnusableSourceMap(`its map of ${formatBytes(bytes)} takes more memory than is left here`);
    const answer = await this.#desk.ask({ path, root });
    if (answer === null)
      throw new UnusableSourceMap(`its map of ${formatBytes(bytes)} takes too long, or too much memory`);
    if ('unusable' in answer) throw new UnusableSourceMap(answer.unusable);
    return answer.map;
  }

  close(): Promise<void> {
    return this.#desk.close();
  }
}
