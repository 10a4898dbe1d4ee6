import type { CodeStatement } from '../../model/script-code.ts';
import type { CodeMap, InScript, ProgramPath } from './code-map.ts';

/** Which functions of Node open resources that Node itself then holds, by the class of the handle. */
const OPENED_BY: Readonly<Record<string, RegExp>> = {
  FSEvent: /^package:fs(?: \.default)? \.watch$/,
  StatWatcher: /^package:fs(?: \.default)? \.watchFile$/,
  Process: /^package:child_process(?: \.default)? \.(?:spawn|exec|execFile|fork)$/,
  // Its input and output: a socket by a path is one too, and is not found here.
  Pipe: /^package:child_process(?: \.default)? \.(?:spawn|exec|execFile|fork)$/,
};

/** Whether a statement calls what opens such a handle. */
export function opensHandle(code: CodeMap, { script, item }: InScript<CodeStatement>, name: string): boolean {
  const opener = OPENED_BY[name];
  const path = item.how === 'open' && item.on !== null ? code.path(script, item.on) : null;
  return opener !== undefined && path !== null && [...code.origins(path).keys()].some((one) => opener.test(one));
}

/** What those calls give back, and the streams of a child process: what closes them is called on these. */
export function openedPaths(code: CodeMap, name: string): ProgramPath[] {
  return [...code.statements()].flatMap((one) => {
    const [value] = one.item.values;
    const path = value !== undefined && opensHandle(code, one, name) ? code.path(one.script, value) : null;
    return path === null ? [] : [path, `${path} .stdin`, `${path} .stdout`, `${path} .stderr`];
  });
}
