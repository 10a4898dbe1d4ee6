import type { CpuProfile, RawCallFrame } from '../../model/profiles.ts';
import { TreeBuilder } from '../../model/weighted-tree.ts';
import { count, listOf, member, nullable, number, object, ShapeError, text } from '../shape.ts';
import { frameAt, frameOfText } from './frame-text.ts';
import { profileOfNodes } from './profile-of-nodes.ts';

/** What V8 was doing, as `vm` of a tick: only these two are no work of the frame on top. */
const GC = 1;
const IDLE = 8;
const MOST_NODES = 4_000_000;

/** Reads what `node --prof-process --preprocess -j isolate-….log` writes: the ticks of V8's own log, in microseconds. */
export function readProfLog(value: object): CpuProfile {
  const codes = listOf(readCode)(member(value, 'code'), 'code');
  const ticks = listOf(readTick)(member(value, 'ticks'), 'ticks');
  const builder = new TreeBuilder();
  const functionOf = codes.map((frame) => (frame === null ? null : builder.functionIndex(frame)));
  const [gc, idle] = [GC_FRAME, IDLE_FRAME].map((frame) => builder.functionIndex(frame)) as [number, number];
  const samples = ticks.map(({ stack, vm }) => {
    if (vm === IDLE) return builder.child(0, idle);
    let node = 0;
    // The log begins with the frame on top; what it could not name is left out.
    for (let at = stack.length - 2; at >= 0; at -= 2) {
      const code = functionOf[stack[at] ?? -1] ?? null;
      if (code !== null) node = builder.child(node, code);
    }
    if (builder.parentOf.length > MOST_NODES) throw new ShapeError('ticks', `at most ${MOST_NODES} stacks`, 'more');
    return vm === GC ? builder.child(node, gc) : node;
  });
  const timesUs = ticks.map(({ atUs }) => atUs);
  return profileOfNodes(nodesOf(builder), { samples: samples.map((node) => node + 1), timesUs });
}

const GC_FRAME = frameAt('(garbage collector)', '', 0, 0);
const IDLE_FRAME = frameAt('(idle)', '', 0, 0);

/** Nodes of a profile from those of a tree; their ids count from 1. */
function nodesOf({ functions, functionOf, parentOf }: TreeBuilder): CpuProfile['nodes'] {
  const children = parentOf.map((): number[] => []);
  for (let node = 1; node < parentOf.length; node += 1) children[parentOf[node] ?? 0]?.push(node + 1);
  return functionOf.map((index, node) => ({
    id: node + 1,
    callFrame: functions[index] as RawCallFrame,
    hitCount: 0,
    children: children[node] ?? [],
  }));
}

/** Null if the code has been thrown away. */
function readCode(value: unknown, path: string): RawCallFrame | null {
  if (value === null) return null;
  const own = object(value, path);
  const name = text(member(own, 'name'), `${path}.name`);
  return member(own, 'type') === 'JS' ? frameOfText(name) : frameAt(name, '', 0, 0);
}

interface Tick {
  readonly atUs: number;
  readonly vm: number;
  /** Index of the code and offset in it, in turn; -1 for what is unknown. */
  readonly stack: readonly number[];
}

function readTick(value: unknown, path: string): Tick {
  const own = object(value, path);
  return {
    atUs: number(member(own, 'tm'), `${path}.tm`),
    vm: nullable(count)(member(own, 'vm') ?? null, `${path}.vm`) ?? 0,
    stack: listOf(number)(member(own, 's'), `${path}.s`),
  };
}
