import type { AnyNode, Function as FunctionNode } from 'acorn';
import type { CodePath } from '../../model/script-code.ts';
import type { Binding } from '../script-scopes.ts';
import type { Around } from './code-book.ts';
import { nameOfKey, stepTo } from './code-paths.ts';
import type { Walker } from './note-call.ts';

type Class = Extract<AnyNode, { type: 'ClassDeclaration' | 'ClassExpression' }>;

export interface ClassWalker extends Walker {
  functionValue(
    node: FunctionNode,
    around: Around,
    named: { readonly name: string; readonly start: number } | null,
    self: CodePath | null,
    method: string | null,
    isMaker: boolean,
    heads: readonly number[],
  ): CodePath;
  visit(node: AnyNode, around: Around): void;
  bindingAt(start: number): Binding | undefined;
  /** What the source calls the function or class at an offset. */
  sourceNameOf(start: number): string | null;
  /** Where a method may be said to begin. */
  headsOf(member: { readonly start: number; readonly key: AnyNode }): number[];
}

/** The fields, methods and parent of a class: `this` in them is the instance or, in static ones, the class. */
export function noteClass(
  walker: ClassWalker,
  node: Class,
  around: Around,
  named: { readonly name: string; readonly start: number } | null = null,
): CodePath {
  const name = walker.sourceNameOf(node.start) ?? node.id?.name ?? named?.name ?? '';
  const id = walker.book.function(name, [], node.start, node.end, around.id);
  walker.book.classes.push({ id, name });
  const own = `c${id}`;
  const parent = walker.value(node.superClass, around);
  walker.book.flow(`${own} ~`, stepTo(parent, '~'));
  walker.book.flow(own, parent);
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') {
      for (const one of member.body) walker.visit(one, { ...around, self: own });
      continue;
    }
    const self = member.static ? own : `${own} ~`;
    const key = memberName(walker, member, around);
    const to = key === null ? null : `${self} .${key}`;
    if (member.type === 'PropertyDefinition') {
      walker.book.flow(to, walker.value(member.value, { ...around, self, isConditional: true }));
      continue;
    }
    const isMaker = member.kind === 'constructor';
    const made = walker.functionValue(
      member.value,
      around,
      null,
      self,
      isMaker ? name : key,
      isMaker,
      walker.headsOf(member),
    );
    // A getter is read like a field.
    if (member.kind === 'get') walker.book.flow(to, `r${made.slice(1)}`);
    else if (member.kind !== 'set') walker.book.flow(isMaker ? `${own} .constructor` : to, made);
  }
  return own;
}

function memberName(
  walker: ClassWalker,
  member: { readonly key: AnyNode; readonly computed: boolean },
  around: Around,
): string | null {
  const { key } = member;
  if (key.type === 'PrivateIdentifier') return walker.book.privateName(walker.bindingAt(key.start), key.name);
  const name = nameOfKey(key, member.computed);
  if (name === null) walker.value(key, around);
  return name === null ? null : encodeURIComponent(name);
}
