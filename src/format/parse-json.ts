import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { formatCount } from '../model/units.ts';
import { findJsonError } from './find-json-error.ts';
import { jsonBomb } from './json-memory.ts';
import { ShapeError } from './shape.ts';

/** The longest string that V8 can hold, hence the largest file that can be parsed in one piece. */
const MAX_TEXT_BYTES = 0x1fffffe8;

/**
 * Parses and checks a JSON file. Every failure is a ProfilerError (exit 2) that names the file and, where the JSON
 * itself is broken, the byte: `run.json: unexpected end of file at byte 512 of 512`.
 * `code` is that of the error; `hint` says what to do about it.
 */
export function parseJson<T>(
  bytes: Uint8Array,
  { file, code, hint }: { readonly file: string; readonly code: string; readonly hint: string },
  read: (value: unknown) => T,
): T {
  const fail = (what: string): ProfilerError => new ProfilerError(code, EXIT.usage, `${file}: ${what}`, hint);
  if (bytes.length > MAX_TEXT_BYTES) {
    throw fail(
      `${formatCount(bytes.length)} bytes are more than can be read in one piece (${formatCount(MAX_TEXT_BYTES)})`,
    );
  }
  const bomb = jsonBomb(bytes);
  if (bomb !== null) throw fail(`it ${bomb}`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8').decode(bytes));
  } catch {
    const error = findJsonError(bytes);
    throw fail(`${error.what} at byte ${formatCount(error.byteOffset)} of ${formatCount(bytes.length)}`);
  }
  try {
    return read(value);
  } catch (error) {
    if (error instanceof ShapeError) throw fail(error.message);
    throw error;
  }
}
