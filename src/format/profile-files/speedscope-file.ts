import type { FlameUnit, Timeline, WeightedTree } from '../../model/weighted-tree.ts';
import { count, listOf, member, number, object, oneOf, ShapeError, text } from '../shape.ts';
import { frameAt } from './frame-text.ts';
import { StackSum } from './stack-sum.ts';

/** Of the units of speedscope: what one of them is in ours. */
const UNITS: Readonly<Record<string, { readonly unit: FlameUnit; readonly factor: number }>> = {
  none: { unit: 'count', factor: 1 },
  bytes: { unit: 'bytes', factor: 1 },
  nanoseconds: { unit: 'microseconds', factor: 1e-3 },
  microseconds: { unit: 'microseconds', factor: 1 },
  milliseconds: { unit: 'microseconds', factor: 1e3 },
  seconds: { unit: 'microseconds', factor: 1e6 },
};
const MOST_FRAMES = 40_000_000;

export interface SpeedscopeContent {
  readonly tree: WeightedTree;
  readonly unit: FlameUnit;
  readonly timeline?: Timeline;
  readonly notes: readonly string[];
}

/** Reads a speedscope file. Several profiles of one unit (threads) are summed up; those of another unit are left out, and that is said. */
export function readSpeedscope(value: object): SpeedscopeContent {
  const shared = object(member(value, 'shared'), 'shared');
  const sum = new StackSum();
  const functionOf = listOf(readFrame)(member(shared, 'frames'), 'shared.frames').map((frame) =>
    sum.functionIndex(frame),
  );
  const profiles = listOf(object)(member(value, 'profiles'), 'profiles');
  const [first] = profiles;
  if (!first) throw new ShapeError('profiles', 'a list of at least one', profiles);
  const { unit } = unitOf(first);
  const fitting = profiles.filter((profile) => unitOf(profile).unit === unit);
  const order: Order = { nodes: [], startsUs: [], endsUs: [] };
  for (const profile of fitting) addProfile(profile, unitOf(profile).factor, functionOf, sum, order);
  const left = profiles.length - fitting.length;
  return {
    tree: sum.tree(),
    unit,
    ...(unit === 'microseconds' && fitting.length === 1 ? { timeline: order } : {}),
    notes: [
      ...(fitting.length > 1 ? [`its ${fitting.length} profiles are summed up`] : []),
      ...(left > 0 ? [`${left} of its profiles have another unit and are left out`] : []),
    ],
  };
}

interface Order {
  readonly nodes: number[];
  readonly startsUs: number[];
  readonly endsUs: number[];
}

function unitOf(profile: object): (typeof UNITS)[string] {
  const name = oneOf(...Object.keys(UNITS))(member(profile, 'unit'), 'unit');
  return UNITS[name]!;
}

function addProfile(profile: object, factor: number, functionOf: readonly number[], sum: StackSum, order: Order): void {
  let at = 0;
  const add = (node: number, weight: number): void => {
    if (weight <= 0) return;
    sum.add(node, weight);
    order.nodes.push(node);
    order.startsUs.push(at);
    at += weight;
    order.endsUs.push(at);
  };
  const pause = (weight: number): void => {
    at += weight;
  };
  const functionAt = (index: number): number => {
    const known = functionOf[index];
    if (known === undefined) throw new ShapeError('a frame', `an index below ${functionOf.length}`, index);
    return known;
  };
  if (oneOf('sampled', 'evented')(member(profile, 'type'), 'type') === 'sampled')
    addSampled(profile, factor, functionAt, sum, add);
  else addEvented(profile, factor, functionAt, sum, { add, pause });
}

type FunctionAt = (index: number) => number;

function addSampled(
  profile: object,
  factor: number,
  functionAt: FunctionAt,
  sum: StackSum,
  add: (node: number, weight: number) => void,
): void {
  const samples = listOf(listOf(count))(member(profile, 'samples'), 'samples');
  const weights = listOf(number)(member(profile, 'weights'), 'weights');
  if (weights.length !== samples.length)
    throw new ShapeError('weights', `as long as samples (${samples.length})`, weights.length);
  let frames = 0;
  for (const [index, stack] of samples.entries()) {
    frames += stack.length;
    if (frames > MOST_FRAMES) throw new ShapeError('samples', `at most ${MOST_FRAMES} frames`, 'more');
    let node = 0;
    for (const frame of stack) node = sum.child(node, functionAt(frame));
    add(node, (weights[index] ?? 0) * factor);
  }
}

function addEvented(
  profile: object,
  factor: number,
  functionAt: FunctionAt,
  sum: StackSum,
  { add, pause }: { readonly add: (node: number, weight: number) => void; readonly pause: (weight: number) => void },
): void {
  const events = listOf(readEvent)(member(profile, 'events'), 'events');
  const open: { readonly frame: number; readonly node: number }[] = [];
  let last = events[0]?.at ?? 0;
  for (const { type, frame, at } of events) {
    if (at < last) throw new ShapeError('events', 'in order of time', at);
    const top = open.at(-1);
    if (top) add(top.node, (at - last) * factor);
    else pause((at - last) * factor);
    last = at;
    if (type === 'O') open.push({ frame, node: sum.child(top?.node ?? 0, functionAt(frame)) });
    else if (open.pop()?.frame !== frame)
      throw new ShapeError('events', 'frames closed in the order they were opened', frame);
  }
}

const readEvent = (
  value: unknown,
  path: string,
): { readonly type: 'O' | 'C'; readonly frame: number; readonly at: number } => {
  const own = object(value, path);
  return {
    type: oneOf('O', 'C')(member(own, 'type'), `${path}.type`),
    frame: count(member(own, 'frame'), `${path}.frame`),
    at: number(member(own, 'at'), `${path}.at`),
  };
};

function readFrame(value: unknown, path: string): ReturnType<typeof frameAt> {
  const own = object(value, path);
  return frameAt(
    text(member(own, 'name'), `${path}.name`),
    text(member(own, 'file') ?? '', `${path}.file`),
    number(member(own, 'line') ?? 0, `${path}.line`),
    number(member(own, 'col') ?? 0, `${path}.col`),
  );
}
