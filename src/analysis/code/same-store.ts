import type { CodeStatement } from '../../model/script-code.ts';
import type { CodeMap, InScript, ProgramPath } from './code-map.ts';

/** Statements of a sort about what this one adds to. */
export function sameStore(
  { script, item }: InScript<CodeStatement>,
  act: CodeStatement['act'],
  code: CodeMap,
): InScript<CodeStatement>[] {
  const origins = originsOf(script, item, code);
  if (origins.size === 0) return [];
  // `this.size > this.max` says how much `this.entries` holds.
  if (act === 'bound') for (const origin of [...origins]) if (origin.includes(' .')) origins.add(ownerOf(origin));
  return [...code.statements()].filter((one) => {
    if (one.item.act !== act || one.item.on === null) return false;
    return [...originsOf(one.script, one.item, code)].some((origin) => origins.has(origin));
  });
}

/** Of a field; a module owns too much. */
function ownerOf(path: ProgramPath): ProgramPath {
  const owner = path.slice(0, path.lastIndexOf(' '));
  return owner.endsWith('/m') ? path : owner;
}

/** The variable or field is given another value elsewhere. */
export function isReplaced(one: InScript<CodeStatement>, code: CodeMap): boolean {
  return sameStore(one, 'add', code).some(({ item }) => item.how === '=' || item.how === 'spread');
}

/** Of the program: what comes from a package or the language is shared by all. */
function originsOf(script: number, { on }: CodeStatement, code: CodeMap): Set<ProgramPath> {
  const path = on === null ? null : code.path(script, on);
  if (path === null) return new Set();
  return new Set([...code.origins(path).keys()].filter((origin) => origin.includes('/')));
}
