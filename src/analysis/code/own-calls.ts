import type { ChangingLine } from '../../model/changing-line.ts';
import type { CodeCall, CodeStatement } from '../../model/script-code.ts';
import type { CodeMap, InScript } from './code-map.ts';
import type { Frames } from './frames.ts';
import { callLine } from './line-of.ts';
import type { RunCode } from './run-code.ts';

/**
 * How well a call fits, before the stacks that allocated are compared (those weigh 2 and 3, so they decide where there are any).
 * The order matters, not the size: in a function before the top level, which ran once; not in a function that never ran; and
 * rather a call of the method that adds.
 */
const FIT_AT_TOP = 0.1;
const FIT_IN_FUNCTION = 0.5;
const NEVER_RAN = 0.4;
const SAME_METHOD = 0.3;
const ON_STACK = 2;
const ON_STACK_TO_METHOD = 3;

/** Where the service calls the package that adds: by the stacks that allocated what stays, else by what its code calls. */
export function ownCalls(statement: InScript<CodeStatement>, run: RunCode): ChangingLine[] {
  const { map: code, frames } = run;
  const root = packageRoot(code.scripts[statement.script]!.url);
  const calls = code
    .calls()
    .filter(({ script, item }) => code.isOwn(script) && item.excerpt !== null)
    .map((call) => ({ call, fit: fitOf(call, root, statement, frames, code) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit);
  const best = calls[0];
  return best === undefined ? [] : [callLine(best.call, run)];
}

function fitOf(
  { script, item }: InScript<CodeCall>,
  root: string,
  statement: InScript<CodeStatement>,
  { stacks }: Frames,
  code: CodeMap,
): number {
  const path = code.path(script, item.callee);
  const method = / \.([^ ]+)$/.exec(item.callee)?.[1] ?? '';
  const callees = code.callees(item);
  const leadsThere = callees.some((callee) => isInPackage(code, Number(callee.split('/')[0]), root));
  const isImported = path !== null && [...code.origins(path).keys()].some((one) => isOfPackage(code, one, root));
  const onStacks = shareCalling({ script, item }, method, root, stacks);
  // An instance that a framework puts into a field cannot be followed; on the stacks it is seen.
  if (!leadsThere && !isImported && onStacks === 0) return 0;
  let fit = item.in < 0 ? FIT_AT_TOP : FIT_IN_FUNCTION;
  const inside = code.scripts[script]?.functions[item.in];
  if (inside?.runs === 0) fit -= NEVER_RAN;
  const adder = code.scripts[statement.script]?.functions[statement.item.in]?.name ?? '';
  if (method !== '' && method === adder) fit += SAME_METHOD;
  for (const { share, frames } of stacks) {
    const first = firstOwn(frames);
    const own = frames[first];
    if (own?.at?.script !== script || own.at.id !== item.in) continue;
    fit += share * (isCalled(frames[first - 1], method) ? ON_STACK_TO_METHOD : ON_STACK);
  }
  return fit;
}

type Stack = Frames['stacks'][number];

function firstOwn(frames: Stack['frames']): number {
  return frames.findIndex(({ place }) => place.package === null && !place.file.startsWith('node:'));
}

function isCalled(frame: Stack['frames'][number] | undefined, method: string): boolean {
  const called = frame?.place.function.split('.').at(-1) ?? '';
  return method !== '' && called.includes(method);
}

/** Of what grew, the share that this call let a function of the package allocate that is called like its method. */
function shareCalling(
  { script, item }: InScript<CodeCall>,
  method: string,
  root: string,
  stacks: readonly Stack[],
): number {
  const name = `${root.replace(/^.*\/node_modules\//, '')}@`;
  return stacks.reduce((sum, { share, frames }) => {
    const first = firstOwn(frames);
    const own = frames[first];
    const isHere = own?.at?.script === script && own.at.id === item.in;
    const isThere = frames[first - 1]?.place.package?.startsWith(name) === true && isCalled(frames[first - 1], method);
    return isHere && isThere ? sum + share : sum;
  }, 0);
}

function isOfPackage(code: CodeMap, path: string, root: string): boolean {
  const name = root.replace(/^.*\/node_modules\//, '');
  const [, specifier] = /^package:(\S+)/.exec(path) ?? [];
  if (specifier !== undefined) return specifier === name || specifier.startsWith(`${name}/`);
  const script = /^(\d+)\//.exec(path)?.[1];
  return script !== undefined && isInPackage(code, Number(script), root);
}

function isInPackage(code: CodeMap, script: number, root: string): boolean {
  return code.scripts[script]?.url.includes(`${root}/`) ?? false;
}

function packageRoot(url: string): string {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(url)?.[0] ?? url;
}
