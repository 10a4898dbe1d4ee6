import type { AnyNode, Function as FunctionNode, MemberExpression } from 'acorn';
import type { CodePath } from '../../model/script-code.ts';
import { type Binding, descendants } from '../script-scopes.ts';
import { type Around, REMAINDER } from './code-book.ts';
import { conditional, nameOfMember, stepTo, type Value } from './code-paths.ts';
import { noteCut, type Walker } from './note-call.ts';

type Assignment = Extract<AnyNode, { type: 'AssignmentExpression' }>;

export interface AssignmentWalker extends Walker {
  member(node: MemberExpression, around: Around): Value;
  pattern(node: AnyNode, from: Value, around: Around): Value;
  named(init: AnyNode, id: AnyNode, around: Around): Value;
  functionValue(
    node: FunctionNode,
    around: Around,
    named: { readonly name: string; readonly start: number } | null,
    self: CodePath | null,
    method: string | null,
  ): CodePath;
  bindingAt(start: number): Binding | undefined;
  /** Whether the name at a place is a variable of the function that contains it. */
  isVariableOf(start: number, around: Around): boolean;
}

/** `to = value`, and what that adds to a holder or removes from it. */
export function noteAssignment(walker: AssignmentWalker, node: Assignment, around: Around): Value {
  const { left, right, operator } = node;
  const isMethod = left.type === 'MemberExpression' && right.type === 'FunctionExpression';
  const inside = operator === '=' ? around : conditional(around);
  if (left.type === 'ObjectPattern' || left.type === 'ArrayPattern') {
    walker.pattern(left, walker.value(right, around), around);
    return null;
  }
  const to = left.type === 'MemberExpression' ? walker.member(left, around) : walker.pattern(left, null, around);
  const on = to?.includes(' ') ? to.slice(0, to.lastIndexOf(' ')) : null;
  // `Store.prototype.add = function () { this… }`, `store.add = function () { this… }`.
  const value = isMethod
    ? walker.functionValue(right, inside, null, on, nameOfMember(left))
    : left.type === 'MemberExpression' && right.type === 'ArrowFunctionExpression'
      ? walker.functionValue(right, inside, null, null, nameOfMember(left))
      : walker.named(right, left, inside);
  walker.book.flow(to, value);
  if (operator.endsWith('=') && ['=', '??=', '||=', '&&='].includes(operator)) {
    noteChange(walker, node, to, on, value, inside);
    return walker.book.join([to, value]);
  }
  // `this.pending += line`: of a text, that is how it grows.
  if (operator === '+=' && to !== null)
    walker.note('add', '+=', to, [], node, left.type === 'MemberExpression' ? left.property.start : node.start, around);
  return to;
}

function noteChange(
  walker: AssignmentWalker,
  { left, right, start, end, operator }: Assignment,
  to: Value,
  on: Value,
  value: Value,
  around: Around,
): void {
  if (to === null) return;
  const isFirst = on === around.self && (around.isMaker === true || around.self === `f${around.id} ~`);
  const name = left.type === 'MemberExpression' ? nameOfMember(left) : null;
  const at = left.type === 'MemberExpression' ? left.property.start : start;
  const node = { ...right, start, end } as AnyNode;
  if (name === 'length') {
    walker.note('remove', 'length=', on, [], node, at, around);
    return;
  }
  const isGone =
    right.type === 'Literal' ||
    (right.type === 'Identifier' && right.name === 'undefined') ||
    right.type === 'UnaryExpression';
  if (left.type === 'MemberExpression' && name === null) {
    if (!isGone) walker.book.keyed(on, keyOf(walker, left.property as AnyNode, around), start, end, around);
    walker.note(isGone ? 'remove' : 'add', '[]=', on, [value], node, at, around);
    noteCut(walker, right, stepTo(on, '[]'), node, at, around);
    return;
  }
  // What an object begins with was nowhere before.
  if (isFirst) return;
  if (isGone) {
    walker.note('remove', '=', to, [], node, at, around);
    return;
  }
  const grows = mentions(walker, right, to) && !isReaction(right) && !isReckoned(right);
  // A variable of the function itself only takes another one up: what it held before is where it was.
  const isOwnVariable = left.type === 'Identifier' && walker.isVariableOf(left.start, around);
  if (isFresh(right) && isOwnVariable) return;
  // `tail = tail.prev`: what hung on it by itself is let go.
  if (grows && isStepOn(right)) {
    walker.note('remove', 'step', to, [], node, at, around);
    return;
  }
  if (isFresh(right) || (grows && isShrinking(right))) walker.note('remove', '=', to, [], node, at, around);
  // Only where there was none: nothing comes to what is there.
  const how = grows ? 'spread' : operator === '=' ? '=' : '??=';
  if (!(grows && isShrinking(right))) walker.note('add', how, to, [value], node, at, around);
  if (left.type === 'MemberExpression' && on) walker.note('add', '.=', on, [value], node, at, around);
}

/** Null if it cannot be one of a given number. */
function keyOf(walker: AssignmentWalker, key: AnyNode, around: Around): Value {
  if (key.type === 'BinaryExpression' && key.operator === '%') return walker.book.make(REMAINDER);
  return key.type === 'Identifier' || key.type === 'MemberExpression' ? walker.value(key, around) : null;
}

/** The right side is made of what the left one was: `list = [...list, one]`, `head = { next: head }`. */
function mentions(walker: AssignmentWalker, right: AnyNode, to: CodePath): boolean {
  const name = to.startsWith('v') && !to.includes(' ') ? null : (to.split(' ').at(-1)?.slice(1) ?? '');
  for (const node of descendants(right)) {
    if (name === null && node.type === 'Identifier') {
      const binding = walker.bindingAt(node.start);
      if (binding && walker.book.variable(binding, -1) === to) return true;
    }
    if (name !== null && node.type === 'MemberExpression') {
      const own = nameOfMember(node);
      if (own !== null && own.replace(/^#/, '') === decodeURIComponent(name).replace(/^#/, '')) return true;
      if (
        node.property.type === 'PrivateIdentifier' &&
        walker.book.privateName(walker.bindingAt(node.property.start), node.property.name) === name
      )
        return true;
    }
  }
  return false;
}

/** `[]`, `new Map()`: what was there is released. */
function isFresh(node: AnyNode): boolean {
  if (node.type === 'ArrayExpression') return node.elements.length === 0;
  if (node.type === 'ObjectExpression') return node.properties.length === 0;
  return node.type === 'NewExpression' && node.arguments.length === 0;
}

/** Only a property of it. */
function isStepOn(node: AnyNode): boolean {
  if (node.type === 'ChainExpression') return isStepOn(node.expression);
  return node.type === 'MemberExpression' && nameOfMember(node) !== null && node.object.type !== 'CallExpression';
}

/** `next = (next + 1) % size`: a number in place of the one before. A sum may be a text that grows. */
function isReckoned(node: AnyNode): boolean {
  return node.type === 'BinaryExpression' && node.operator !== '+';
}

/** `last = last.then(next)`: another promise in place of the one before, which goes when it has settled. */
function isReaction(node: AnyNode): boolean {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false;
  return ['then', 'catch', 'finally'].includes(nameOfMember(node.callee) ?? '');
}

function isShrinking(node: AnyNode): boolean {
  return (
    node.type === 'CallExpression' &&
    node.callee.type === 'MemberExpression' &&
    ['filter', 'slice', 'splice'].includes(nameOfMember(node.callee) ?? '')
  );
}
