import type { AnyNode, MemberExpression } from 'acorn';
import type { CodePath } from '../../model/script-code.ts';
import type { Around } from './code-book.ts';

/** Null for what cannot be followed. */
export type Value = CodePath | null;

export function conditional(around: Around): Around {
  return around.isConditional ? around : { ...around, isConditional: true };
}

const DEEPEST = 8;

export function stepTo(path: Value, step: string): Value {
  const from = path ?? '?';
  return from.split(' ').length > DEEPEST ? null : `${from} ${step}`;
}

/** Null for a key that is computed. */
export function nameOfMember(node: MemberExpression): string | null {
  const { property, computed } = node;
  if (property.type === 'PrivateIdentifier') return `#${property.name}`;
  return nameOfKey(property as AnyNode, computed);
}

export function nameOfKey(key: AnyNode, computed: boolean): string | null {
  if (!computed && key.type === 'Identifier') return key.name;
  const text = literalText(key);
  return text === null || (computed && /^\d+$/.test(text)) ? null : text;
}

export function literalText(node: AnyNode | undefined): string | null {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked ?? null;
  return null;
}
