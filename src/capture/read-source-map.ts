import { Buffer } from 'node:buffer';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRegularFileSync, readRegularFileSync, sizeOfFile } from '../files/regular-file.ts';
import { jsonBomb } from '../format/json-memory.ts';
import { ProfilerError } from '../model/errors.ts';
import { measureSourceMap, type StrippedSourceMap } from '../model/source-map.ts';
import type { Bytes } from '../model/units.ts';

/** How the target's files are seen from here: through /proc/<pid>/root, since it may live in a container. */
export type ToHostPath = (path: string) => string;

const TAIL_BYTES = 64 * 1024;
/** Larger scripts and maps exist, but reading them would disturb a soak. */
const MAX_BYTES = 64 * 1024 * 1024;
const MARKER = /^[ \t]*(?:\/\/|\/\*)[#@]\s*sourceMappingURL=([^\s*'"]+)/gm;

/** The path of a script as V8 names it (`file:///srv/a.js`, `/srv/a.js`); null if it is no file. */
export function scriptPath(url: string): string | null {
  if (url.startsWith('/')) return url;
  if (!url.startsWith('file://')) return null;
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}

/** A map that was found but is left out, and why: for the reader of a report, who sees the script's own lines instead. */
export class UnusableSourceMap extends Error {
  override readonly name = 'UnusableSourceMap';
}

/**
 * The source map that the last `sourceMappingURL` comment of a script names: beside it in a file, or inline as a data
 * URL. Null when there is none. Throws an UnusableSourceMap for one that is malformed or too large to be decoded.
 */
export function readSourceMap(path: string, toHostPath: ToHostPath): StrippedSourceMap | null {
  const found = findMap(path, toHostPath);
  return found && parseSourceMap(found.bytes, found.mapPath);
}

/** How much there is to parse; nothing if no map is found. */
export function mapBytes(path: string, toHostPath: ToHostPath): Bytes {
  try {
    const link = readMapLink(toHostPath(path));
    if (link === null) return 0;
    const mapPath = inlineMap(link) ? null : linkedPath(link, path);
    return mapPath === null ? link.length : (sizeOfFile(toHostPath(mapPath)) ?? 0);
  } catch {
    return 0;
  }
}

/** Null also where something cannot be read: missing or forbidden is all the same to the reader of a report. */
function findMap(
  path: string,
  toHostPath: ToHostPath,
): { readonly bytes: Uint8Array; readonly mapPath: string } | null {
  try {
    const link = readMapLink(toHostPath(path));
    if (link === null) return null;
    const inline = inlineMap(link);
    if (inline) {
      const data = link.slice(inline[0].length);
      return {
        bytes: Buffer.from(inline[1] ? data : decodeURIComponent(data), inline[1] ? 'base64' : 'utf8'),
        mapPath: path,
      };
    }
    const mapPath = linkedPath(link, path);
    if (mapPath === null) return null;
    return { bytes: readRegularFileSync(toHostPath(mapPath), { maxBytes: MAX_BYTES }), mapPath };
  } catch (error) {
    if (error instanceof ProfilerError && error.code === 'file-too-large')
      throw new UnusableSourceMap(`its map is too large: ${error.message}`);
    return null;
  }
}

function inlineMap(link: string): RegExpExecArray | null {
  return /^data:application\/json[^,]*?(;base64)?,/.exec(link);
}

/**
 * The map of a script with the text of its sources, measured, but as somebody else wrote it. Throws as `readSourceMap` does.
 */
export function readRawMap(
  path: string,
  toHostPath: ToHostPath,
): { readonly json: unknown; readonly path: string } | null {
  const found = findMap(path, toHostPath);
  return found && { json: parseMeasured(found.bytes), path: found.mapPath };
}

/** A map as somebody else wrote it, made safe to keep and to decode. Throws an UnusableSourceMap where it is not. */
export function parseSourceMap(bytes: Uint8Array, mapPath: string): StrippedSourceMap {
  return stripSourceMap(parseMeasured(bytes), mapPath);
}

function parseMeasured(bytes: Uint8Array): RawMap {
  const bomb = jsonBomb(bytes);
  if (bomb !== null) throw new UnusableSourceMap(`its map ${bomb}`);
  let raw: unknown;
  try {
    // Some servers put `)]}'` before JSON against script inclusion; the specification says to skip that line.
    raw = JSON.parse(
      Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\)\]\}[^\n]*\n/, ''),
    );
  } catch {
    throw new UnusableSourceMap('its map is not JSON');
  }
  const size = measureSourceMap(raw);
  if (typeof size === 'string') throw new UnusableSourceMap(`its map cannot be used: ${size}`);
  return raw as RawMap;
}

/** The comment is at the end; only an inline map makes it necessary to read further back. */
function readMapLink(hostPath: string): string | null {
  const descriptor = openRegularFileSync(hostPath, { maxBytes: MAX_BYTES });
  try {
    const { size } = fstatSync(descriptor);
    const tail = readTail(descriptor, size, TAIL_BYTES);
    // A last line longer than the tail may be the end of an inline map.
    const isCut = size > TAIL_BYTES && !tail.trimEnd().includes('\n');
    return lastLink(tail) ?? (isCut ? lastLink(readTail(descriptor, size, size)) : null);
  } finally {
    closeSync(descriptor);
  }
}

function readTail(descriptor: number, sizeBytes: number, tailBytes: number): string {
  const length = Math.min(sizeBytes, tailBytes);
  const bytes = Buffer.alloc(length);
  const read = readSync(descriptor, bytes, 0, length, sizeBytes - length);
  return bytes.toString('utf8', 0, read);
}

function lastLink(text: string): string | null {
  return [...text.matchAll(MARKER)].at(-1)?.[1] ?? null;
}

function linkedPath(link: string, scriptFile: string): string | null {
  if (link.startsWith('file://')) return fileURLToPath(link);
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return null;
  return posix.resolve(posix.dirname(scriptFile), decodeURIComponent(link));
}

/** As tools write it, after it was measured. */
type RawMap = StrippedSourceMap & { readonly sourceRoot?: unknown; readonly x_google_ignoreList?: unknown };

/** Keeps the known fields only, never `sourcesContent`. Paths are resolved here, since the copy is in another folder. */
function stripSourceMap(raw: RawMap, mapPath: string): StrippedSourceMap {
  if (raw.sections) {
    // One without a map of its own names a map at a remote address, which is not fetched.
    const own = raw.sections.filter(({ map }) => map !== undefined);
    return { version: 3, sections: own.map(({ offset, map }) => ({ offset, map: stripSourceMap(map, mapPath) })) };
  }
  const ignoreList = raw.ignoreList ?? raw.x_google_ignoreList;
  const sourceRoot = typeof raw.sourceRoot === 'string' ? raw.sourceRoot : '';
  return {
    version: 3,
    sources: (raw.sources ?? []).map((source) => (source === null ? null : resolveSource(source, sourceRoot, mapPath))),
    names: raw.names ?? [],
    mappings: raw.mappings ?? '',
    ...(Array.isArray(ignoreList) && { ignoreList }),
  };
}

function resolveSource(source: string, sourceRoot: string, mapPath: string): string {
  const full = sourceRoot && !isAbsolute(source) ? `${sourceRoot.replace(/\/?$/, '/')}${source}` : source;
  if (full.startsWith('file://')) return scriptPath(full) ?? full;
  return isAbsolute(full) ? full : posix.resolve(posix.dirname(mapPath), full);
}

function isAbsolute(source: string): boolean {
  return source.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(source);
}
