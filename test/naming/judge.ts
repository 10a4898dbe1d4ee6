import { growthBehaviour } from '../../src/analysis/heap/growth-tests.ts';
import { perRequest } from '../../src/analysis/heap/per-request.ts';
import { suspectKind } from '../../src/analysis/heap/suspect-kind.ts';
import type { SnapshotInterval } from '../../src/analysis/snapshot-intervals.ts';
import type { HeapGrowth, HeapSuspect } from '../../src/model/heap-growth.ts';
import { suspectTitle } from '../../src/words/checks/heap-title.ts';
import { holderText } from '../../src/words/holder.ts';
import { pathText } from '../../src/words/path.ts';
import type { HolderCase } from './holders.ts';

/** What is wrong with the first suspect of a leak; empty where it is named rightly. */
export function judgeLeak(growth: HeapGrowth, holder: HolderCase, requests: number): string[] {
  const [first] = growth.suspects;
  if (!first) return ['no suspect'];
  const text = holderText(first.holder);
  const kind = suspectKind(first);
  const isKnown = holder.known === null || new RegExp(`\`#?(${holder.known})\``).test(text);
  return [
    ...(gained(first) < requests ? [`only ${gained(first)} more objects`] : []),
    ...(holder.class.test(first.class) ? [] : [`the class is ${first.class}`]),
    ...(holder.words.test(text) && isKnown ? [] : [`the holder is ${text}`]),
    ...(holder.kinds.includes(kind) ? [] : [`the kind is ${kind}`]),
    ...pathProblems(first),
  ];
}

/** Whatever is named: the holder is a step of the path that is shown, and what leaks lies below it. */
function pathProblems({ path, holderId, class: name }: HeapSuspect): string[] {
  const at = path.findIndex(({ id }) => id === holderId);
  if (at < 0) return ['the holder is no step of the path'];
  return path.slice(at + 1).some(({ node }) => node === name) ? [] : [`no ${name} below the holder in the path`];
}

/** Suspects of a healthy twin that gain an object for every second request, in every round. */
export function judgeTwin({ suspects }: HeapGrowth, requests: number): string[] {
  return suspects
    .filter(({ counts }) => counts.slice(1).every((count, at) => count - counts[at]! > requests / 2))
    .map((one) => `accused: ${one.class} in ${holderText(one.holder)}`);
}

function gained({ counts }: HeapSuspect): number {
  return (counts.at(-1) ?? 0) - (counts[0] ?? 0);
}

/** The first sentence and the path, as a report has them. */
export function sayFirst(growth: HeapGrowth): string {
  const [first] = growth.suspects;
  if (!first) return 'nothing grows';
  const behaviour = growthBehaviour(first, intervalsOf(growth));
  const title = suspectTitle(suspectKind(first), first, { ...behaviour, perRequest: perRequest(behaviour) });
  return [title, `by snapshot: ${first.counts.join(', ')}`, ...pathText(first.path)].join('\n    ');
}

function intervalsOf({ requests }: HeapGrowth): SnapshotInterval[] {
  return requests.slice(1).map((count, at) => ({
    fromMs: 1000 * at,
    toMs: 1000 * (at + 1),
    loadedMs: 1000,
    requests: (count ?? 0) - (requests[at] ?? 0),
    requestsByName: new Map(),
    namedBy: 'target',
    isIdle: false,
    tells: true,
    holdsIdleTail: false,
  }));
}
