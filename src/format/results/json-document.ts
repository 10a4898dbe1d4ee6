import { formatBytes } from '../../model/units.ts';
import { jsonBomb } from '../json-memory.ts';
import type { ResultFormat, ResultReader, ResultSink } from './load-result.ts';
import { LAST_LINE_CUT } from './text-lines.ts';

/** A JSON value of which nothing is known yet. Members that are not there, or of another kind, are undefined. */
export class JsonNode {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  get(...path: readonly string[]): JsonNode {
    let at = this.value;
    for (const name of path) {
      at =
        typeof at === 'object' && at !== null && Object.hasOwn(at, name)
          ? (at as Record<string, unknown>)[name]
          : undefined;
    }
    return new JsonNode(at);
  }

  get number(): number | undefined {
    return typeof this.value === 'number' && Number.isFinite(this.value) ? this.value : undefined;
  }

  get text(): string | undefined {
    return typeof this.value === 'string' ? this.value : undefined;
  }

  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** Elements of a list, empty if there is none. */
  get list(): readonly JsonNode[] {
    return Array.isArray(this.value) ? this.value.map((one) => new JsonNode(one)) : [];
  }

  /** Members of an object, empty if there is none. */
  get entries(): readonly (readonly [name: string, node: JsonNode])[] {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) return [];
    return Object.entries(this.value).map(([name, one]) => [name, new JsonNode(one)]);
  }
}

/** A line of NDJSON; null for an invalid one, which is reported. `isTorn`: it ends where the file does. */
export function jsonLine(line: string, sink: ResultSink, isTorn: boolean): JsonNode | null {
  try {
    return new JsonNode(JSON.parse(line));
  } catch {
    if (isTorn) sink.lost(LAST_LINE_CUT);
    else sink.damage('a line that is no JSON');
    return null;
  }
}

/** A format that is one JSON document, recognised by its content. */
export interface DocumentFormat {
  readonly id: string;
  readonly title: string;
  readonly matches: (document: JsonNode) => boolean;
  readonly read: (document: JsonNode, sink: ResultSink) => void;
}

/** Reports are small: a day of Artillery, the longest, has 90 MB. What is larger is no report. */
const LARGEST_BYTES = 128 * 1024 * 1024;

/**
 * All formats that are one document, as one format: which of them it is shows only when it has been read whole.
 * `onFormat` is told.
 */
export function documentFormat(
  formats: readonly DocumentFormat[],
  onFormat: (format: DocumentFormat) => void,
): ResultFormat {
  return {
    id: 'json',
    title: 'JSON report',
    matches: ({ firstLine }) => /^\s*\{/.test(firstLine),
    open: (sink) => wholeReader((bytes) => readDocument(bytes, formats, sink, onFormat), sink),
  };
}

function readDocument(
  bytes: Uint8Array,
  formats: readonly DocumentFormat[],
  sink: ResultSink,
  onFormat: (format: DocumentFormat) => void,
): void {
  const bomb = jsonBomb(bytes);
  if (bomb !== null) {
    sink.damage(`it ${bomb}`);
    return;
  }
  let document: JsonNode;
  try {
    document = new JsonNode(JSON.parse(new TextDecoder('utf-8').decode(bytes)));
  } catch (error) {
    sink.damage(`no whole JSON document: ${(error as Error).message}`);
    return;
  }
  const format = formats.find(({ matches }) => matches(document));
  if (!format) return;
  onFormat(format);
  format.read(document, sink);
}

function wholeReader(onBytes: (bytes: Uint8Array) => void, sink: ResultSink): ResultReader {
  let pieces: Uint8Array[] = [];
  let size = 0;
  return {
    push(piece) {
      size += piece.length;
      if (size <= LARGEST_BYTES) pieces.push(piece);
      else pieces = [];
    },
    end() {
      if (size > LARGEST_BYTES) return sink.damage(`a JSON document of more than ${formatBytes(LARGEST_BYTES)}`);
      const bytes = new Uint8Array(size);
      let at = 0;
      for (const piece of pieces) {
        bytes.set(piece, at);
        at += piece.length;
      }
      pieces = [];
      onBytes(bytes);
    },
  };
}
