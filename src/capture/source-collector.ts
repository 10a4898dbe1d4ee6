import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { RefusePath } from '../files/known-folders.ts';
import type { OriginalNames } from '../model/original-names.ts';
import type { ScriptRecord } from '../model/run-manifest.ts';
import type { StrippedSourceMap } from '../model/source-map.ts';
import { unusableMap } from '../model/source-map.ts';
import { formatBytes } from '../model/units.ts';
import type { InspectorSession } from '../target/session.ts';
import { callInTarget } from '../target/target-registry.ts';
import { findPackage, type PackageFacts } from './find-package.ts';
import { findLoadedMap } from './in-target/find-loaded-map.ts';
import { MapReader } from './map-reader.ts';
import { NameReader } from './name-reader.ts';
import { openPartFile } from './part-file.ts';
import { parseSourceMap, scriptPath, type ToHostPath, UnusableSourceMap } from './read-source-map.ts';
import { redactMap } from './redact-map.ts';
import { scanScript } from './scan-script.ts';

/** A copied map larger than this is dropped: the report then shows the lines of the script itself. */
const MAX_MAP_CHARS = 32 * 1024 * 1024;

/**
 * Keeps the source maps of the scripts that profiles and snapshots name, so that lines can be mapped later and
 * elsewhere, and the lines of what they name without a line. Nothing else of the program is copied: no script, and no
 * text of a source out of a map.
 */
export class SourceCollector {
  readonly #folder: string;
  readonly #onUnusable: (text: string) => void;
  readonly #pid: () => number;
  readonly #wantsNames: boolean;
  readonly #refuse: RefusePath | undefined;
  readonly #seen = new Set<string>();
  readonly #packages = new Map<string, PackageFacts>();

  /**
   * `folder`: where the maps go. Files of the process `pid` are read as that process sees them, where the platform can;
   * it is another one after a restart. `onUnusable` is told of every map that is there and is left out, with the reason.
   * `refuse`: asked before a map is written. `names`: the original names of minified variables too, which heap snapshots
   * name.
   */
  constructor({
    pid,
    folder,
    onUnusable,
    names = false,
    refuse,
  }: {
    readonly pid: () => number;
    readonly folder: string;
    readonly onUnusable: (text: string) => void;
    readonly names?: boolean;
    readonly refuse?: RefusePath;
  }) {
    this.#refuse = refuse;
    this.#folder = folder;
    this.#onUnusable = onUnusable;
    this.#pid = pid;
    this.#wantsNames = names;
  }

  /** Records of the scripts among `urls` that are files and were not asked for before; each URL is tried once. */
  async collect(urls: Iterable<string>): Promise<ScriptRecord[]> {
    const names = this.#wantsNames ? new NameReader() : null;
    const maps = new MapReader();
    try {
      return await this.#collect(urls, maps, names);
    } finally {
      await names?.close();
      await maps.close();
    }
  }

  async #collect(urls: Iterable<string>, maps: MapReader, names: NameReader | null): Promise<ScriptRecord[]> {
    const records: ScriptRecord[] = [];
    const root = existsSync('/proc/self/root') ? `/proc/${this.#pid()}/root` : '';
    const toHostPath: ToHostPath = (path) => (root === '' ? path : join(root, path));
    for (const url of urls) {
      if (this.#seen.has(url)) continue;
      this.#seen.add(url);
      const path = scriptPath(url);
      if (path === null) continue;
      // A service that ends meanwhile is released between two scripts.
      await setImmediate();
      const map = await this.#usable(path, () => maps.read(path, root));
      const original = (map && (await names?.read(path, root))) ?? null;
      const { jsonLines, variables } = scanScript(toHostPath(path));
      records.push({
        url,
        mapFile: map && this.#keep(map, path, original),
        ...findPackage(posix.dirname(path), toHostPath, this.#packages),
        ...(jsonLines.length > 0 ? { jsonLines } : {}),
        ...(Object.keys(variables).length > 0 ? { variables } : {}),
      });
    }
    return records;
  }

  /**
   * The same records, with the maps of scripts that were translated while they were loaded (tsx, ts-node): those stand
   * in no file, the target is asked for them.
   */
  async addLoadedMaps(records: readonly ScriptRecord[], session: InspectorSession): Promise<ScriptRecord[]> {
    const completed: ScriptRecord[] = [];
    for (const record of records) {
      const path = scriptPath(record.url);
      const text = record.mapFile === null && path !== null ? await readLoadedMap(session, record.url, path) : null;
      const map =
        text === null || path === null ? null : await this.#usable(path, () => parseSourceMap(Buffer.from(text), path));
      completed.push(map ? { ...record, mapFile: this.#keep(map, path ?? '') } : record);
    }
    return completed;
  }

  /** What `read` gives, or null if that is not usable, which is told. */
  async #usable(
    path: string,
    read: () => StrippedSourceMap | null | Promise<StrippedSourceMap | null>,
  ): Promise<StrippedSourceMap | null> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof UnusableSourceMap)) throw error;
      this.#onUnusable(unusableMap(path, error.message));
      return null;
    }
  }

  /** Named by content: the same map is kept once. */
  #keep(map: StrippedSourceMap, path: string, originalNames: OriginalNames | null = null): string | null {
    const bare = JSON.stringify(redactMap(map));
    const named = originalNames ? JSON.stringify(redactMap({ ...map, originalNames })) : bare;
    const text = named.length > MAX_MAP_CHARS ? bare : named;
    if (text.length > MAX_MAP_CHARS) {
      this.#onUnusable(unusableMap(path, `its map is larger than ${formatBytes(MAX_MAP_CHARS)}`));
      return null;
    }
    const name = `${createHash('sha256').update(text).digest('hex').slice(0, 16)}.map`;
    const file = join(this.#folder, name);
    if (existsSync(file)) return name;
    const sink = openPartFile(file, 'replace', this.#refuse);
    try {
      sink.write(text);
      sink.commit();
    } catch (error) {
      sink.abandon();
      throw error;
    }
    return name;
  }
}

async function readLoadedMap(session: InspectorSession, url: string, path: string): Promise<string | null> {
  if (!/\.[cm]?tsx?$|\.jsx$/.test(path)) return null;
  try {
    const text = await session.evaluate<unknown>(callInTarget(findLoadedMap, url));
    return typeof text === 'string' ? text : null;
  } catch {
    // A blocked or broken target: the report shows the lines as they were run.
    return null;
  }
}
