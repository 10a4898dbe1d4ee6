import type { RawCallFrame } from '../../model/profiles.ts';

/** `:line` or `:line:column` at the end, also before the parenthesis of `name (file:line)`. */
const POSITION = /:(\d{1,15})(?::(\d{1,15}))?\)?$/;
/** The space between a name and what is certainly a file. */
const BEFORE_FILE =
  / (?=(?:file|node|https?|webpack(?:-internal)?|evalmachine\.<anonymous>):|\/|[A-Za-z]:[\\/]|\(|\[eval\])/;
const IS_FILE = /^(?:[a-z]+:\/\/|node:|\/|[A-Za-z]:[\\/])/;
/** What tools append for the kind of code: `[INIT]`, `[CODE:Builtin]`, `[INLINABLE]`. */
const REMARK = /(?: \[(?:INIT|INLINABLE|WASM|CPP|SHARED_LIB|CODE|JS|inlined)(?::\w{1,20})?\]){1,3}$/;
const LONGEST = 4_000;

/** A frame from the text of a tool: `name url:line:column` (V8's log), `name (file:line)` (ours), or a name alone. */
export function frameOfText(text: string): RawCallFrame {
  const whole = (text.length > LONGEST ? text.slice(0, LONGEST) : text).replace(REMARK, '');
  const position = POSITION.exec(whole);
  const before = position ? whole.slice(0, position.index) : whole;
  const at = BEFORE_FILE.exec(before)?.index ?? before.lastIndexOf(' ');
  if (!position || (at < 0 && !IS_FILE.test(before))) return frameAt(whole, '', 0, 0);
  const url = before.slice(at + 1).replace(/^\(/, '');
  // `*` and `~` of V8's log: optimised or not.
  const name = before.slice(0, Math.max(0, at)).replace(/^[*~^+](?=\S)/, '');
  return frameAt(name, url, Number(position[1]), Number(position[2] ?? 0));
}

/** A frame with line and column counted from 1; 0 is unknown. */
export function frameAt(functionName: string, url: string, line: number, column: number): RawCallFrame {
  return { functionName, scriptId: '0', url, lineNumber: zeroBased(line), columnNumber: zeroBased(column) };
}

function zeroBased(oneBased: number): number {
  return Number.isSafeInteger(oneBased) && oneBased > 0 ? oneBased - 1 : -1;
}
