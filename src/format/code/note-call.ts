import type { AnyNode, CallExpression, MemberExpression, NewExpression } from 'acorn';
import { ANY_ENDING, type CodePath, type CodeStatement } from '../../model/script-code.ts';
import type { Around, CodeBook } from './code-book.ts';
import { literalText, nameOfMember, stepTo, type Value } from './code-paths.ts';
import {
  ADDING,
  CLEARING,
  CONTAINERS,
  EACH_ELEMENT,
  ELEMENT_OF,
  LISTENING,
  OPENING,
  REMOVING,
  SAME_ELEMENTS,
  TIMERS,
  WAITING,
} from './methods.ts';
import { longer } from './note-bounds.ts';

type Call = CallExpression | NewExpression;

export type StatementTraits = Pick<CodeStatement, 'event' | 'afterMs' | 'items'>;

/** The walker through the script, which visits the content of a call. */
export interface Walker {
  readonly book: CodeBook;
  value(node: AnyNode | null | undefined, around: Around): Value;
  note(
    act: CodeStatement['act'],
    how: string,
    on: Value,
    values: readonly Value[],
    node: AnyNode,
    at: number,
    around: Around,
    more?: StatementTraits,
  ): void;
  /** Null for what is no number, or not known. */
  numberOf(node: AnyNode | undefined): number | null;
}

/** A call: what it gives back, and what it adds or removes. */
export function noteCall(walker: Walker, node: Call, around: Around): Value {
  const callee = node.callee as AnyNode;
  if (callee.type === 'Identifier' && callee.name === 'require' && node.arguments.length === 1) {
    const name = literalText(node.arguments[0]);
    if (name !== null) return `i${encodeURI(name)}`;
  }
  // The constructor of the parent, which the class itself leads to.
  const path = callee.type === 'Super' ? around.self.replace(/ ~$/, '') : walker.value(callee, around);
  const delayMs = TIMERS.has(nameOfCallee(callee) ?? '') ? walker.numberOf(node.arguments[1]) : null;
  const inArgs = delayMs === null ? around : { ...around, afterMs: longer(around.afterMs, delayMs) };
  const args = node.arguments.map((arg) =>
    arg.type === 'SpreadElement' ? stepTo(walker.value(arg.argument, around), '[]') : walker.value(arg, inArgs),
  );
  if (node.type === 'NewExpression') return noteNew(walker, node, path, args, around);
  const member = callee.type === 'MemberExpression' ? callee : null;
  const method = nameOfCallee(callee);
  const on = member ? withoutStep(path) : null;
  if (method !== null) noteMethod({ walker, node, around, args, on, method, at: member?.property.start ?? node.start });
  const value = resultOf({ walker, node, around, args, on, method, path });
  if (method !== null && OPENING.has(method) && path !== null)
    walker.note('add', 'open', path, [value], node, member?.property.start ?? node.start, around);
  return value;
}

function nameOfCallee(callee: AnyNode): string | null {
  if (callee.type === 'MemberExpression') return nameOfMember(callee);
  return callee.type === 'Identifier' ? callee.name : null;
}

function noteNew(walker: Walker, node: NewExpression, path: Value, args: readonly Value[], around: Around): Value {
  const { callee } = node;
  const name = nameOfCallee(callee as AnyNode);
  const isBuiltIn = path?.startsWith('g .') || (name !== null && CONTAINERS.has(name));
  if (isBuiltIn && name !== null) {
    const made = walker.book.make(name);
    for (const arg of args)
      if (['Map', 'Set', 'Array'].includes(name)) walker.book.flow(`${made} []`, stepTo(arg, '[]'));
    walker.book.call({ callee: path ?? '?', args: args.map(known), isNew: true }, node.start, node.end, around);
    return made;
  }
  return walker.book.call({ callee: path ?? '?', args: args.map(known), isNew: true }, node.start, node.end, around);
}

interface Method {
  readonly walker: Walker;
  readonly node: CallExpression;
  readonly around: Around;
  readonly args: readonly Value[];
  readonly on: Value;
  readonly method: string;
  readonly at: number;
}

function noteMethod(call: Method): void {
  const { walker, node, around, args, on, method, at } = call;
  const add = (how: string, to: Value, values: readonly Value[], more?: StatementTraits): void =>
    walker.note('add', how, to, values, node, at, around, more);
  const delayMs = TIMERS.has(method) ? walker.numberOf(node.arguments[1]) : null;
  if (TIMERS.has(method)) add(method, null, args.slice(0, 1), delayMs === null ? {} : { afterMs: delayMs });
  else if (CLEARING.has(method)) walker.note('remove', method, null, args.slice(0, 1), node, at, around);
  else if (on === null) return;
  else if (LISTENING.has(method)) add(method, on, args.slice(1), eventOf(node));
  else if (method === 'apply' || method === 'call') noteApplied(call);
  else if (on === 'g .Promise' && WAITING.has(method)) {
    for (const list of args) if (list) add(`Promise.${method}`, stepTo(list, '[]'), []);
  } else if ((on === 'g .Object' || on === 'g .Reflect') && ['assign', 'defineProperty', 'set'].includes(method))
    add(`Object.${method}`, args[0] ?? null, args.slice(1));
  else if (method === 'splice') {
    if (args.length > 2) add('splice', on, args.slice(2));
    if (node.arguments.length !== 3 || !isZero(node.arguments[1]))
      walker.note('remove', 'splice', on, [], node, at, around);
  } else if (ADDING.has(method)) {
    if (method === 'set' && args.length > 1) walker.book.keyed(on, args[0] ?? null, node.start, node.end, around);
    add(method, on, method === 'set' ? args.slice(1) : args);
    if (method === 'set') noteCut(walker, node.arguments[1], stepTo(on, '[]'), node, at, around);
  } else if (REMOVING.has(method))
    walker.note('remove', method, on, args, node, at, around, LISTENERS_OFF.has(method) ? eventOf(node) : {});
}

/** A list that is put back shortened, `lists.set(key, list.slice(0, 20))`: each is cut to that size. */
export function noteCut(
  walker: Walker,
  value: AnyNode | undefined,
  to: Value,
  node: AnyNode,
  at: number,
  around: Around,
): void {
  if (value?.type !== 'CallExpression' || nameOfCallee(value.callee as AnyNode) !== 'slice' || to === null) return;
  const [from, end] = value.arguments;
  const last = from?.type === 'UnaryExpression' && from.operator === '-' ? from.argument : null;
  const items = walker.numberOf(last ?? (isZero(from) ? end : undefined));
  walker.note('remove', 'slice', to, [], node, at, around);
  if (items !== null) walker.note('bound', 'size', to, [], node, at, around, { items });
}

const LISTENERS_OFF = new Set(['off', 'removeListener', 'removeAllListeners', 'removeEventListener']);

/** `list.push.apply(list, more)`, `Array.prototype.push.apply(list, more)`. */
function noteApplied({ walker, node, around, args, at, method }: Method): void {
  const inner = (node.callee as MemberExpression).object as AnyNode;
  const name = inner.type === 'MemberExpression' ? nameOfMember(inner) : null;
  if (name === null || !ADDING.has(name)) return;
  const values = method === 'apply' ? args.slice(1).map((list) => stepTo(list, '[]')) : args.slice(1);
  walker.note('add', name, args[0] ?? null, values, node, at, around);
}

function isZero(node: AnyNode | undefined): boolean {
  return node?.type === 'Literal' && node.value === 0;
}

function eventOf(node: CallExpression): StatementTraits {
  const event = literalText(node.arguments[0]) ?? beginningOf(node.arguments[0]);
  return event === null ? {} : { event };
}

/** ``quote:${symbol}``: all events that begin so. */
function beginningOf(node: AnyNode | undefined): string | null {
  const text = node?.type === 'TemplateLiteral' ? (node.quasis[0]?.value.cooked ?? '') : '';
  return text === '' ? null : `${text}${ANY_ENDING}`;
}

function resultOf(call: {
  readonly walker: Walker;
  readonly node: CallExpression;
  readonly around: Around;
  readonly args: readonly Value[];
  readonly on: Value;
  readonly method: string | null;
  readonly path: Value;
}): Value {
  const { walker, node, around, args, on, method, path } = call;
  const { book } = walker;
  if (on === 'g .Object' && (method === 'freeze' || method === 'seal' || method === 'assign')) return args[0] ?? null;
  if (on === 'g .Object' && method === 'create') return args[0] ?? book.make('{}');
  if (on === 'g .Object' && (method === 'values' || method === 'entries')) return args[0] ?? null;
  if (on === 'g .Promise' && method === 'resolve') return args[0] ?? null;
  if (method === 'bind' && on !== null) return on;
  const value = book.call({ callee: path ?? '?', args: args.map(known), isNew: false }, node.start, node.end, around);
  if (on === null || method === null) return value;
  if (ELEMENT_OF.has(method)) book.flow(value, stepTo(on, '[]'));
  if (SAME_ELEMENTS.has(method)) book.flow(`${value} []`, stepTo(on, '[]'));
  // They give back what they are called on.
  if (LISTENING.has(method) || method === 'set' || method === 'add') book.flow(value, on);
  const [first] = args;
  if (EACH_ELEMENT.has(method) && first && /^f\d+$/.test(first))
    book.flow(book.functions[Number(first.slice(1))]?.params[0] ?? null, stepTo(on, '[]'));
  if (method === 'then' && first && /^f\d+$/.test(first))
    book.flow(book.functions[Number(first.slice(1))]?.params[0] ?? null, on);
  return value;
}

function withoutStep(path: Value): Value {
  if (path === null) return null;
  const at = path.lastIndexOf(' ');
  return at < 0 ? null : path.slice(0, at);
}

function known(path: Value): CodePath {
  return path ?? '?';
}
