import type { CpuProfile, RawCallFrame } from '../../src/model/profiles.ts';

/** A call frame in `/app/a.js`, told apart by its name; names in parentheses are V8's own and have no file. */
export function frame(functionName: string): RawCallFrame {
  const own = functionName.startsWith('(') || functionName.startsWith('native ');
  return own
    ? { functionName, scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 }
    : { functionName, scriptId: '7', url: 'file:///app/a.js', lineNumber: functionName.length, columnNumber: 4 };
}

export interface Tick {
  readonly atUs: number;
  /** From the outermost call: `main;work`. Empty for the root. */
  readonly stack: string;
}

/** Makes a profile out of what was on the stack when. */
export function profileOf(ticks: readonly Tick[], startTime: number, endTime: number, firstId = 1): CpuProfile {
  const nodes: { id: number; callFrame: RawCallFrame; children: number[] }[] = [
    { id: firstId, callFrame: frame('(root)'), children: [] },
  ];
  const idOf = new Map([['', firstId]]);
  const nodeFor = (stack: string): number => {
    let path = '';
    let parent = nodes[0];
    for (const name of stack.split(';').filter(Boolean)) {
      path = `${path};${name}`;
      const known = idOf.get(path);
      if (known === undefined) {
        const id = firstId + nodes.length;
        idOf.set(path, id);
        parent?.children.push(id);
        nodes.push({ id, callFrame: frame(name), children: [] });
      }
      parent = nodes[(idOf.get(path) ?? firstId) - firstId];
    }
    return parent?.id ?? firstId;
  };
  return {
    nodes,
    startTime,
    endTime,
    samples: ticks.map(({ stack }) => nodeFor(stack)),
    timeDeltas: ticks.map(({ atUs }, index) => atUs - (ticks[index - 1]?.atUs ?? startTime)),
  };
}
