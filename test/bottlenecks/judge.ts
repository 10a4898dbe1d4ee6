import type { Report } from '../../src/model/report.ts';
import type { BottleneckCase } from './cases.ts';

export interface Verdict {
  readonly isRight: boolean;
  /** All that the report says is slow: `sync-call: ...`. */
  readonly said: readonly string[];
}

/** The culprit is there and named, and nothing else than may be; for a healthy service nothing at all. */
export function judge(one: BottleneckCase, { findings, bottlenecks = [] }: Report): Verdict {
  const all = [
    ...findings
      .filter(({ confidence }) => confidence !== 'possible')
      .map(({ kind, title, subject }) => ({ kind, title, words: `${title} ${subject.holder}` })),
    ...bottlenecks.map(({ rule, title, evidence, source }) => ({
      kind: rule,
      title,
      words: `${title} ${source?.function ?? ''} ${evidence.map(({ what }) => what).join(' ')}`,
    })),
  ];
  const named = one.expected === null ? [] : [one.expected, ...one.instead];
  const isFound =
    one.expected === null || all.some(({ kind, words }) => named.includes(kind) && words.includes(one.names));
  const isQuiet = all.every(({ kind }) => named.includes(kind) || one.mayAlso.includes(kind));
  return {
    isRight: isFound && isQuiet,
    said: all.map(({ kind, title }) => `${kind}: ${title}`),
  };
}
