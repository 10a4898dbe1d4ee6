import type { ResultReader } from './load-result.ts';

/** Longer lines are nobody's: a file that is not of this format. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** Cuts bytes into lines of UTF-8 text, without their ends. `onEnd` comes after the last line. */
export function lineReader(onLine: (line: string) => void, onEnd: () => void = () => {}): ResultReader {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) rest = '';
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  };
  return {
    push: (bytes) => take(decoder.decode(bytes, { stream: true })),
    end: () => {
      take(decoder.decode());
      if (rest !== '') onLine(rest);
      onEnd();
    },
  };
}
