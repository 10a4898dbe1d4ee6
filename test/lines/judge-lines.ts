import type { Report } from '../../src/model/report.ts';
import { placeOfFinding } from '../../src/words/place.ts';
import type { LineCase } from './line-case.ts';
import type { WrittenCase } from './write-case.ts';

export interface LineVerdict {
  readonly name: string;
  readonly leak: string;
  readonly build: LineCase['build'];
  /** The line that the first finding points to is the one that adds. */
  readonly isRight: boolean;
  readonly main: string | null;
  /** Null where nothing removes. */
  readonly removedRight: boolean | null;
  readonly said: string;
}

export function judgeLines(one: LineCase, expected: WrittenCase['expected'], report: Report): LineVerdict {
  const finding = report.findings.find(({ kind }) => kind.endsWith('-leak'));
  const base = { name: one.name, leak: one.leak, build: one.build };
  const removed = finding?.subject.removed ?? [];
  const removedRight = one.removes === undefined ? null : removed.some(({ package: owner }) => owner === null);
  if (!finding) return { ...base, isRight: false, main: null, removedRight, said: 'no leak was found' };
  const place = placeOfFinding(finding);
  const main = place && `${place.file}:${place.line}`;
  const isRight = place !== null && expected.file.endsWith(place.file) && place.line === expected.line;
  const wanted = isRight ? '' : `, expected ${expected.file}:${expected.line} (${expected.text})`;
  return {
    ...base,
    isRight,
    main,
    removedRight,
    said: `${finding.subject.class} in ${finding.subject.holder}: ${main}${wanted}`,
  };
}
