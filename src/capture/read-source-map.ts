import { Buffer } from 'node:buffer';
import { closeSync, fstatSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRegularFileSync, readRegularFileSync } from '../files/regular-file.ts';

/** A source map without its sources' text: names and positions only. Sources are absolute paths, or URLs of others. */
export interface StrippedSourceMap {
  readonly version: number;
  readonly sources?: readonly (string | null)[];
  readonly names?: readonly string[];
  readonly mappings?: string;
  readonly ignoreList?: readonly number[];
  /** Of an index map, in place of `sources`, `names` and `mappings`. */
  readonly sections?: readonly { readonly offset: unknown; readonly map: StrippedSourceMap }[];
}

/** How the target's files are seen from here: through /proc/<pid>/root, since it may live in a container. */
export type ToHostPath = (path: string) => string;

const TAIL_BYTES = 64 * 1024;
/** Larger scripts and maps exist, but nobody wants them read during a soak. */
const MAX_BYTES = 64 * 1024 * 1024;
const MARKER = /^[ \t]*(?:\/\/|\/\*)[#@]\s*sourceMappingURL=([^\s*'"]+)/gm;

/** The path of a script as V8 names it (`file:///srv/a.js`, `/srv/a.js`); null where it is no file. */
export function scriptPath(url: string): string | null {
  if (url.startsWith('/')) return url;
  if (!url.startsWith('file://')) return null;
  try {
    return fileURLToPath(url);
  } catch {
    return null;
  }
}

/**
 * The source map that the last `sourceMappingURL` comment of a script names: beside it in a file, or inline as a data
 * URL. Null when there is none, or it cannot be read: a report then shows the script's own lines.
 */
export function readSourceMap(path: string, toHostPath: ToHostPath): StrippedSourceMap | null {
  try {
    const link = readMapLink(toHostPath(path));
    if (link === null) return null;
    const inline = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(link);
    if (inline) {
      const text = inline[1]
        ? Buffer.from(inline[2] ?? '', 'base64').toString('utf8')
        : decodeURIComponent(inline[2] ?? '');
      return stripSourceMap(JSON.parse(text), path);
    }
    const mapPath = linkedPath(link, path);
    if (mapPath === null) return null;
    const bytes = readRegularFileSync(toHostPath(mapPath), { maxBytes: MAX_BYTES });
    // Some servers put `)]}'` before JSON against script inclusion; the specification says to skip that line.
    const text = bytes.toString('utf8').replace(/^\)\]\}[^\n]*\n/, '');
    return stripSourceMap(JSON.parse(text), mapPath);
  } catch {
    // Missing, forbidden or damaged: all the same to the reader of a report.
    return null;
  }
}

/** The comment stands at the end; only an inline map makes it necessary to read further back. */
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

/** As tools write it; nothing of it is trusted. */
type RawMap = StrippedSourceMap & { readonly sourceRoot?: string; readonly x_google_ignoreList?: readonly number[] };

/** Keeps the known fields only, never `sourcesContent`. Paths are resolved here, since the copy lies elsewhere. */
export function stripSourceMap(raw: RawMap, mapPath: string): StrippedSourceMap | null {
  if (typeof raw !== 'object' || raw === null) return null;
  const ignoreList = raw.ignoreList ?? raw.x_google_ignoreList;
  if (Array.isArray(raw.sections)) {
    const sections = raw.sections.flatMap(({ offset, map }) => {
      const stripped = stripSourceMap(map as RawMap, mapPath);
      return stripped ? [{ offset, map: stripped }] : [];
    });
    return { version: 3, sections };
  }
  if (typeof raw.mappings !== 'string' || !Array.isArray(raw.sources)) return null;
  return {
    version: 3,
    sources: raw.sources.map((source) =>
      source === null ? null : resolveSource(source, raw.sourceRoot ?? '', mapPath),
    ),
    names: raw.names ?? [],
    mappings: raw.mappings,
    ...(ignoreList && { ignoreList }),
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
