import { byteReader, type Cursor } from './byte-reader.ts';
import { type ResultFormat, type ResultSink, statusError } from './load-result.ts';
import { LAST_LINE_CUT, lineReader } from './text-lines.ts';

/** An error record: an attribute of the session was missing, for example. The request that it stands for was never sent. */
const NOT_BUILT = 'a request that Gatling could not build';

/**
 * simulation.log of Gatling up to 3.12: lines of cells between tabs. The columns before the name changed over the years
 * (2.x: scenario, user, groups; 3.0: user, groups; 3.4: groups), so cells are counted from the status backwards.
 */
export const gatlingText: ResultFormat = {
  id: 'gatling-text',
  title: 'Gatling simulation.log (text, up to 3.12)',
  matches: ({ firstLine }) => /^(?:RUN|ASSERTION)\t/.test(firstLine),
  open: (sink) =>
    lineReader(sink, (line, isTorn) => {
      // Gatling ends each of its lines.
      if (isTorn) sink.lost(LAST_LINE_CUT);
      else if (line.startsWith('ERROR\t')) sink.damage(NOT_BUILT);
      if (!line.startsWith('REQUEST\t')) return;
      const cells = line.split('\t');
      const status = cells.findIndex(
        (cell, i) => i >= 5 && (cell === 'OK' || cell === 'KO') && /^\d+$/.test(cells[i - 1] ?? ''),
      );
      const [groups = '', name = '', start, end] = cells.slice(status - 4, status);
      if (status < 0 || !start || !end) {
        if (!isTorn) sink.damage('a REQUEST line that is cut off');
        return;
      }
      recordRequest(sink, {
        name: requestName(groups === '' ? [] : groups.split(','), name),
        startWallMs: Number(start),
        endWallMs: Number(end),
        ok: cells[status] === 'OK',
        message: cells[status + 1] ?? '',
      });
    }),
};

const RUN = 0;
const REQUEST = 1;
const USER = 2;
const GROUP = 3;
const ERROR = 4;

/**
 * simulation.log of Gatling from 3.13: binary, big-endian (LogFileDataWriter and its reader in gatling/gatling). A record
 * begins with its kind. Texts are a length, so many bytes and a byte for their coder (0 Latin-1, 1 UTF-16); texts that
 * come again are an index, positive before the text itself, negative where it was there before. Times are relative to
 * the start of the run.
 */
export const gatlingBinary: ResultFormat = {
  id: 'gatling-binary',
  title: 'Gatling simulation.log (binary, from 3.13)',
  matches: ({ bytes }) => {
    // Run record: kind 0, then the version of Gatling, such as 3.13.1, as the first text.
    const length = (bytes[3] ?? 0) * 256 + (bytes[4] ?? 0);
    if (bytes[0] !== RUN || bytes[1] !== 0 || bytes[2] !== 0 || length < 3 || length > 40) return false;
    return /^\d+\.\d+/.test(String.fromCharCode(...bytes.subarray(5, 5 + length)));
  },
  open: (sink) => {
    const cache = new Map<number, string>();
    let startWallMs = 0;
    const cachedText = (cursor: Cursor): string => {
      const index = cursor.int32();
      if (index < 0) return cache.get(-index) ?? '';
      const text = javaText(cursor);
      cache.set(index, text);
      return text;
    };
    const groupsOf = (cursor: Cursor): string[] => Array.from({ length: cursor.length() }, () => cachedText(cursor));
    return byteReader((cursor) => {
      const kind = cursor.uint8();
      switch (kind) {
        case RUN: {
          javaText(cursor);
          javaText(cursor);
          startWallMs = cursor.int64();
          javaText(cursor);
          for (let scenarios = cursor.length(); scenarios > 0; scenarios -= 1) javaText(cursor);
          for (let assertions = cursor.length(); assertions > 0; assertions -= 1) cursor.skip(cursor.length());
          return;
        }
        case REQUEST: {
          const groups = groupsOf(cursor);
          const name = cachedText(cursor);
          const [start, end, ok] = [cursor.int32(), cursor.int32(), cursor.uint8() !== 0];
          const message = cachedText(cursor);
          recordRequest(sink, {
            name: requestName(groups, name),
            startWallMs: startWallMs + start,
            endWallMs: startWallMs + end,
            ok,
            message,
          });
          return;
        }
        case USER:
          return cursor.skip(4 + 1 + 4);
        case GROUP:
          groupsOf(cursor);
          return cursor.skip(4 + 4 + 4 + 1);
        case ERROR:
          cachedText(cursor);
          sink.damage(NOT_BUILT);
          return cursor.skip(4);
        default:
          cursor.fail(`an unknown kind of record: ${kind}`);
      }
    }, sink);
  },
};

function javaText(cursor: Cursor): string {
  const length = cursor.length();
  if (length === 0) return '';
  const bytes = cursor.bytes(length);
  return cursor.uint8() === 0 ? latin1(bytes) : new TextDecoder('utf-16le').decode(bytes);
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function requestName(groups: readonly string[], name: string): string {
  return [...groups, name].join(' / ');
}

interface GatlingRequest {
  readonly name: string;
  readonly startWallMs: number;
  readonly endWallMs: number;
  readonly ok: boolean;
  readonly message: string;
}

function recordRequest(sink: ResultSink, { name, startWallMs, endWallMs, ok, message }: GatlingRequest): void {
  // An incoming message without its request has no end.
  if (endWallMs < startWallMs) return;
  sink.request(endWallMs, name, endWallMs - startWallMs, ok ? null : gatlingError(message));
}

/** `status.find.in(200,201), but actually found 500`, `j.n.ConnectException: Connection refused`. */
function gatlingError(message: string): string {
  const status = /found (\d{3})\b/.exec(message)?.[1];
  if (status) return statusError(status);
  const exception = /([A-Za-z]+(?:Exception|Error))\b/.exec(message)?.[1];
  return exception ?? (/timeout/i.test(message) ? 'timeout' : 'expectation');
}
