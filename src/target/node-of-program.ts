interface NodeOfProgram {
  readonly require: unknown;
  readonly process: unknown;
}

/**
 * An expression (or statements, whose last value counts) with Node's own `require` and `process` available, now and later.
 * Node hands its `require` to what is evaluated only where the program has no global of that name: a loader of AMD modules
 * sets one that knows no module of Node. And a program may have put something else in the place of `process`, as some do
 * that render pages of browsers.
 */
export function withNode(expression: string): string {
  if (!/\b(?:require|process)\b/.test(expression)) return expression;
  const found = `(${findNode.toString()})(typeof require === 'undefined' ? undefined : require, globalThis.process)`;
  return `{ const nodeOfProgram = ${found}; { const { require, process } = nodeOfProgram; ${expression}\n} }`;
}

/** Runs inside the target, sent as text: uses nothing from around it. */
function findNode(require: unknown, process: unknown): NodeOfProgram {
  type Load = (name: string) => unknown;
  type Process = { getBuiltinModule?: Load; mainModule?: { require: Load } } | undefined;
  const load = (by: Load): unknown => {
    try {
      return by('node:process');
    } catch {
      return undefined;
    }
  };
  const isProcess = (one: unknown): boolean =>
    typeof (one as { hrtime?: unknown } | undefined)?.hrtime === 'function' && Number((one as { pid: number }).pid) > 0;
  const known = process as Process;
  // The first since Node 20.16 and 22.3, the second where the program began with a CommonJS module.
  const ways: Load[] = [
    (name) => (require as Load)(name),
    (name) => known?.getBuiltinModule?.(name),
    (name) => known?.mainModule?.require(name),
  ];
  for (let at = 0; at < ways.length; at += 1) {
    const way = ways[at] as Load;
    const own = load(way);
    if (isProcess(own)) return { require: way, process: own };
  }
  return { require, process };
}
