import type { FlameNode } from '../model/flame.ts';
import type { CpuProfile } from '../model/profiles.ts';

type Node = CpuProfile['nodes'][number];
type Growing = Omit<Node, 'children'> & { readonly children: number[] };

/**
 * A flame graph as a .cpuprofile that 0x 6 reads right. As it takes V8's own files, it wants root id 1 (any other
 * crashes it), weighs by `hitCount` and ignores time, prints lines as they stand (V8 counts from 0), drops every leaf
 * whose name begins with `(`, collections among them, and puts names as they are into a script of its page. So here:
 * ids from 1, the values (microseconds, bytes) as hits, lines from 1, `[GC]` for `(garbage collector)`, and no name that could end a script.
 */
export function profileFor0x(root: FlameNode): CpuProfile {
  const nodes: Growing[] = [];
  const pending: { readonly node: FlameNode; readonly parent: Growing | null }[] = [{ node: root, parent: null }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { node, parent } = next;
    const made = nodeFor0x(node, nodes.length + 1);
    nodes.push(made);
    parent?.children.push(made.id);
    for (const child of node.children.toReversed()) pending.push({ node: child, parent: made });
  }
  return { nodes, startTime: 0, endTime: Math.round(root.value), samples: [], timeDeltas: [] };
}

function nodeFor0x({ name, place, self }: FlameNode, id: number): Growing {
  return {
    id,
    callFrame: {
      functionName: id === 1 ? '(root)' : nameFor0x(name),
      scriptId: '0',
      url: place ? safeText(place.file) : '',
      lineNumber: place?.line ?? -1,
      columnNumber: place?.column ?? -1,
    },
    hitCount: Math.round(self),
    children: [],
  };
}

function nameFor0x(name: string): string {
  if (name === '(garbage collector)') return '[GC]';
  return safeText(name.replace(/^\(([^()]*)\)$/, '[$1]').replace(/^\(/, '['));
}

/** Without what could end a script or begin a tag: `<` and `>` become the quotation marks that look like them. */
export function safeText(text: string): string {
  return (
    text
      .replaceAll('<', '‹')
      .replaceAll('>', '›')
      .replaceAll('&', '＆')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
      .replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ')
  );
}
