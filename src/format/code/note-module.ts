import type { AnyNode } from 'acorn';
import { descendants } from '../script-scopes.ts';
import type { Around } from './code-book.ts';
import type { Value } from './code-paths.ts';
import type { Walker } from './note-call.ts';

export interface ModuleWalker extends Walker {
  pattern(node: AnyNode, from: Value, around: Around): Value;
  visit(node: AnyNode, around: Around): void;
  identifier(node: { readonly name: string; readonly start: number }, around: Around): Value;
}

/** Names of a script for exports of another script. */
export function noteImports(
  walker: ModuleWalker,
  node: Extract<AnyNode, { type: 'ImportDeclaration' }>,
  around: Around,
): void {
  const from = `i${encodeURI(String(node.source.value))}`;
  for (const one of node.specifiers) {
    if (one.type === 'ImportNamespaceSpecifier') walker.pattern(one.local, from, around);
    else if (one.type === 'ImportDefaultSpecifier') walker.pattern(one.local, `${from} .default`, around);
    else walker.pattern(one.local, `${from} .${nameOfExport(one.imported)}`, around);
  }
}

/** What a script gives out by name. */
export function noteExports(
  walker: ModuleWalker,
  node: Extract<AnyNode, { type: 'ExportNamedDeclaration' }>,
  around: Around,
): void {
  if (node.declaration) {
    walker.visit(node.declaration, around);
    for (const id of namesDeclared(node.declaration)) walker.book.flow(`m .${id.name}`, walker.identifier(id, around));
  }
  for (const { local, exported } of node.specifiers) {
    const from = node.source
      ? `i${encodeURI(String(node.source.value))} .${nameOfExport(local)}`
      : local.type === 'Identifier'
        ? walker.identifier(local, around)
        : null;
    walker.book.flow(`m .${nameOfExport(exported)}`, from);
  }
}

function nameOfExport(node: AnyNode): string {
  return node.type === 'Identifier' ? node.name : encodeURIComponent(String((node as { value?: unknown }).value));
}

function namesDeclared(node: AnyNode): { readonly name: string; readonly start: number }[] {
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') return node.id ? [node.id] : [];
  if (node.type !== 'VariableDeclaration') return [];
  return node.declarations.flatMap(({ id }) =>
    id.type === 'Identifier'
      ? [id]
      : [...descendants(id)].filter(
          (one): one is Extract<AnyNode, { type: 'Identifier' }> => one.type === 'Identifier',
        ),
  );
}
