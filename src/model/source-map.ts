import type { OriginalNames } from './original-names.ts';
import { formatCount } from './units.ts';

/** A source map without its sources' text: names and positions only. Sources are absolute paths, or URLs of others. */
export interface StrippedSourceMap {
  readonly version: number;
  readonly sources?: readonly (string | null)[];
  readonly names?: readonly string[];
  readonly mappings?: string;
  readonly ignoreList?: readonly number[];
  /** Of an index map, in place of `sources`, `names` and `mappings`. */
  readonly sections?: readonly { readonly offset: unknown; readonly map: StrippedSourceMap }[];
  /** What we found out with the text of the script: see `readNames`. */
  readonly originalNames?: OriginalNames;
}

/** What decoding takes: an array for each generated line and one for each segment in it. */
export interface SourceMapSize {
  readonly lines: number;
  readonly segments: number;
}

/** The compiler of TypeScript, a script as large as any, has 200,000 lines in one file. */
const MOST_LINES = 1_000_000;
/** Some 120 bytes each once they are decoded. A minified script of 10 MB has about a million. */
const MOST_SEGMENTS = 2_000_000;
/** The specification allows no index map inside of an index map; tools that join bundles write them all the same. */
const DEEPEST = 8;

/** What is said of a map that is left out. */
export function unusableMap(script: string, reason: string): string {
  return `the source map of ${script} is left out: ${reason}; lines are those of the script itself`;
}

const COMMA = 0x2c;
const SEMICOLON = 0x3b;
/** Value of each Base64 digit by its character code; -1 for what is none. A value of 32 and more says that digits follow. */
const DIGITS: Int8Array = Int8Array.from({ length: 128 }, (_, code) =>
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(String.fromCharCode(code)),
);

/**
 * What decoding a source map would take, counted without decoding it; or, as a text, why it must not be decoded: it is
 * malformed, or so large that it would fill the memory. Nothing of `map` is trusted.
 */
export function measureSourceMap(map: unknown): SourceMapSize | string {
  const size = { lines: 0, segments: 0 };
  return faultOf(map, 0, size, 0) ?? size;
}

/** `firstLine`: of the script, where this section begins. */
function faultOf(
  map: unknown,
  firstLine: number,
  size: { lines: number; segments: number },
  depth: number,
): string | null {
  if (typeof map !== 'object' || map === null) return 'it is no source map';
  if (depth > DEEPEST) return `its sections lie more than ${DEEPEST} deep in each other`;
  const { sections, mappings, sources, names, ignoreList } = map as Readonly<Record<string, unknown>>;
  if (sections !== undefined)
    return Array.isArray(sections) ? faultOfSections(sections, firstLine, size, depth) : 'its sections are no list';
  if (typeof mappings !== 'string') return 'its mappings are no text';
  if (!isListOf(sources, (source) => source === null || typeof source === 'string'))
    return 'its sources are no list of texts';
  if (names !== undefined && !isListOf(names, (name) => typeof name === 'string'))
    return 'its names are no list of texts';
  if (ignoreList !== undefined && !isListOf(ignoreList, Number.isSafeInteger))
    return 'its ignoreList is no list of numbers';
  return faultOfMappings(mappings, firstLine, size);
}

function faultOfSections(
  sections: readonly unknown[],
  firstLine: number,
  size: { lines: number; segments: number },
  depth: number,
): string | null {
  for (const section of sections) {
    const { offset, map } = (section ?? {}) as { readonly offset?: unknown; readonly map?: unknown };
    const { line, column } = (offset ?? {}) as { readonly line?: unknown; readonly column?: unknown };
    if (!isCount(line) || !isCount(column)) return 'a section does not say where it begins';
    // Each costs an object, as a line does.
    size.lines += 1;
    // A map at a remote address, which is not fetched.
    if (map === undefined) continue;
    const fault = tooMany(firstLine + line, size.segments) ?? faultOf(map, firstLine + line, size, depth + 1);
    if (fault !== null) return fault;
  }
  return null;
}

function faultOfMappings(
  mappings: string,
  firstLine: number,
  size: { lines: number; segments: number },
): string | null {
  let lines = 1;
  let segments = 0;
  let fields = 0;
  let isOpen = false;
  for (let at = 0; at < mappings.length; at += 1) {
    const code = mappings.charCodeAt(at);
    if (code === COMMA || code === SEMICOLON) {
      if (isOpen || fields === 2 || fields === 3) return `its mappings end inside of a segment, at character ${at}`;
      // Decoders make a segment of an empty one too.
      if (fields === 0 && code === COMMA) segments += 1;
      if (code === SEMICOLON) lines += 1;
      fields = 0;
      continue;
    }
    const digit = code < 128 ? DIGITS[code]! : -1;
    if (digit < 0) return `its mappings hold what is no Base64 digit, at character ${at}`;
    if (fields === 0 && !isOpen) segments += 1;
    isOpen = digit >= 32;
    if (!isOpen) fields += 1;
    if (fields > 5) return `a segment of its mappings has more than five fields, at character ${at}`;
  }
  size.lines += lines;
  size.segments += segments;
  return tooMany(Math.max(size.lines, firstLine + lines), size.segments);
}

function tooMany(lines: number, segments: number): string | null {
  if (lines > MOST_LINES) return `it has more than ${formatCount(MOST_LINES)} lines`;
  return segments > MOST_SEGMENTS ? `it has more than ${formatCount(MOST_SEGMENTS)} mappings` : null;
}

function isListOf(value: unknown, isElement: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isElement);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
