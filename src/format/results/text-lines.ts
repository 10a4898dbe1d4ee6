import type { ResultReader, ResultSink } from './load-result.ts';

/** A longer line means that the file is not of this format. */
const LONGEST_LINE = 16 * 1024 * 1024;

export const LAST_LINE_CUT = 'the file ends in the middle of a line';

/**
 * Cuts bytes into lines of UTF-8 text, without their ends. What of a line has come is kept in pieces and looked at once,
 * so that a file of one line takes no longer than one of many. `onEnd` comes after the last line. `isTorn`: it is the last
 * line and has no end, as a tool leaves it that is killed while it writes, or a copy that was cut off.
 */
export function lineReader(
  sink: ResultSink,
  onLine: (line: string, isTorn: boolean) => void,
  onEnd: () => void = () => {},
): ResultReader {
  const decoder = new TextDecoder('utf-8');
  let pieces: string[] = [];
  let chars = 0;
  let isTooLong = false;
  const keep = (piece: string): void => {
    if (piece === '') return;
    chars += piece.length;
    isTooLong ||= chars > LONGEST_LINE;
    if (isTooLong) pieces = [];
    else pieces.push(piece);
  };
  const finish = (piece: string, isTorn: boolean): void => {
    keep(piece);
    if (isTooLong) sink.lost('a line of more than 16 MB');
    else {
      const line = pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('');
      onLine(line.endsWith('\r') ? line.slice(0, -1) : line, isTorn);
    }
    pieces = [];
    chars = 0;
    isTooLong = false;
  };
  const take = (text: string): void => {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      finish(text.slice(from, end), false);
      from = end + 1;
    }
    keep(text.slice(from));
  };
  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => {
      take(decoder.decode());
      if (chars > 0) finish('', true);
      onEnd();
    },
  };
}
