import type { CallSite } from '../../../model/database.ts';

const STACK_DEPTH = 30;

/** As it was when the probe was installed. */
const { getOwnPropertyDescriptor: describe, isExtensible } = Object;

/**
 * The line of the program itself that called `below`; that of a library where there is none; null if the stack does
 * not tell. The program's own settings of stacks are kept: where it listens to what is set (`stack-chain` and its like keep
 * the formatter that they are given) nothing is.
 */
export function findCaller(below: object): CallSite | null {
  if (!isPlain('stackTraceLimit') || !isPlain('prepareStackTrace')) return null;
  const holder: { stack?: unknown } = {};
  const limit = Error.stackTraceLimit;
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  let frames: NodeJS.CallSite[] = [];
  try {
    Error.stackTraceLimit = STACK_DEPTH;
    Error.prepareStackTrace = (_error, own) => own;
    Error.captureStackTrace(holder, below as () => void);
    frames = holder.stack as NodeJS.CallSite[];
  } finally {
    Error.stackTraceLimit = limit;
    if (prepare) Object.defineProperty(Error, 'prepareStackTrace', prepare);
    else delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
  }
  const files = frames.filter((frame) => frame.getFileName() && !frame.getFileName()?.startsWith('node:'));
  const own = files.find((frame) => !/[\\/]node_modules[\\/]/.test(frame.getFileName() ?? ''));
  const frame = own ?? files.find((each) => !/[\\/]node_modules[\\/]pg(-pool)?[\\/]/.test(each.getFileName() ?? ''));
  if (!frame) return null;
  return {
    url: frame.getFileName() ?? '',
    line0: Math.max(0, (frame.getLineNumber() ?? 1) - 1),
    column0: Math.max(0, (frame.getColumnNumber() ?? 1) - 1),
    function: frame.getFunctionName() ?? '',
  };
}

/** Data that can be written and put back: no accessor of the program hears of it. */
function isPlain(name: 'stackTraceLimit' | 'prepareStackTrace'): boolean {
  const own = describe(Error, name);
  return own === undefined ? isExtensible(Error) : own.writable === true && own.configurable === true;
}
