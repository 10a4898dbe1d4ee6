import type { AnyNode, BinaryExpression, Program } from 'acorn';
import type { Milliseconds } from '../../model/units.ts';
import { type Binding, descendants } from '../script-scopes.ts';
import { nameOfMember } from './code-paths.ts';

/** Less is no expiry, but a length, an index or a number of seconds. */
const LEAST_MS = 100;
/** `list.length > 0` asks whether there is anything. */
const LEAST_ITEMS = 2;
const ORDERED = new Set(['<', '<=', '>', '>=']);
const COMPARED = new Set(['<', '<=', '>', '>=', '==', '===', '!=', '!==']);

/** Numbers in a script: literals, expressions of literals, and constants of the module with such values. */
export class Numbers {
  readonly #constants = new Map<Binding, number>();
  readonly #bindingAt: (start: number) => Binding | undefined;

  constructor(program: Program, bindingAt: (start: number) => Binding | undefined) {
    this.#bindingAt = bindingAt;
    for (const statement of program.body) {
      const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
      if (node?.type !== 'VariableDeclaration' || node.kind !== 'const') continue;
      for (const { id, init } of node.declarations) {
        const binding = id.type === 'Identifier' ? bindingAt(id.start) : undefined;
        const value = this.of(init);
        if (binding && value !== null) this.#constants.set(binding, value);
      }
    }
  }

  /** Null for what is no number, or not known. */
  of(node: AnyNode | null | undefined): number | null {
    if (node?.type === 'Literal') return typeof node.value === 'number' ? node.value : null;
    if (node?.type === 'Identifier') {
      const binding = this.#bindingAt(node.start);
      return (binding && this.#constants.get(binding)) ?? null;
    }
    if (node?.type !== 'BinaryExpression') return null;
    const [left, right] = [this.of(node.left as AnyNode), this.of(node.right)];
    if (left === null || right === null) return null;
    switch (node.operator) {
      case '*':
        return left * right;
      case '+':
        return left + right;
      case '-':
        return left - right;
      case '/':
        return right === 0 ? null : left / right;
      default:
        return null;
    }
  }
}

/**
 * `list.length > 50`, `seen.size - 50`, `Object.keys(byId).length >= 50`: what is measured, and the number. Without the
 * number where the script does not tell it: `seen.size < this.max`.
 */
export function sizeBound(
  { left, right, operator }: BinaryExpression,
  numbers: Numbers,
): { readonly of: AnyNode; readonly items?: number } | null {
  if (!COMPARED.has(operator) && operator !== '-') return null;
  const [ofLeft, ofRight] = [measured(left as AnyNode), measured(right)];
  const of = ofLeft ?? ofRight;
  if (of === null) return null;
  const other = ofLeft === null ? (left as AnyNode) : right;
  const items = numbers.of(other);
  if (items !== null) return items >= LEAST_ITEMS ? { of, items } : null;
  const isOne = ofLeft === null || ofRight === null;
  return isOne && ORDERED.has(operator) && isNamed(other) ? { of } : null;
}

function isNamed({ type }: AnyNode): boolean {
  return type === 'Identifier' || type === 'MemberExpression';
}

function measured(node: AnyNode): AnyNode | null {
  if (node.type !== 'MemberExpression' || !['length', 'size'].includes(nameOfMember(node) ?? '')) return null;
  const object = node.object as AnyNode;
  const isOfKeys =
    object.type === 'CallExpression' &&
    object.callee.type === 'MemberExpression' &&
    ['keys', 'values', 'entries'].includes(nameOfMember(object.callee) ?? '') &&
    object.arguments.length === 1;
  return isOfKeys ? (object.arguments[0] as AnyNode) : object;
}

/** The age that a condition asks for: `now - entry.at > TTL`, `entry.at < now - TTL`, `(now - at) / 1000 > 60`. */
export function ageIn(test: AnyNode, numbers: Numbers): Milliseconds | null {
  let age: Milliseconds | null = null;
  for (const node of descendants(test)) {
    if (node.type !== 'BinaryExpression' || !COMPARED.has(node.operator)) continue;
    const sides = [node.left as AnyNode, node.right];
    for (const [at, side] of sides.entries()) {
      age = longer(age, ageOf(side, numbers.of(sides[1 - at]), numbers));
    }
  }
  return age;
}

function ageOf(side: AnyNode, other: number | null, numbers: Numbers): Milliseconds | null {
  if (side.type !== 'BinaryExpression') return null;
  const divisor = side.operator === '/' ? numbers.of(side.right) : null;
  if (divisor !== null && other !== null) return ageOf(side.left as AnyNode, divisor * other, numbers);
  if (side.operator !== '-' || measured(side.left as AnyNode) !== null) return null;
  const ms = other ?? numbers.of(side.right);
  return ms !== null && ms >= LEAST_MS ? ms : null;
}

export function longer(a: Milliseconds | null | undefined, b: Milliseconds | null | undefined): Milliseconds | null {
  return a != null && b != null ? Math.max(a, b) : (a ?? b ?? null);
}
