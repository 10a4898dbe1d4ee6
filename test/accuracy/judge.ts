import type { Finding } from '../../src/model/finding.ts';
import { isDegradationKind, isLeakKind } from '../../src/model/finding-catalogue.ts';
import type { Report } from '../../src/model/report.ts';
import { type AccuracyCase, isHealthy } from './accuracy-case.ts';

export interface Judgement {
  /** A leak of a right kind is accused. */
  readonly isFound: boolean;
  /** Class, holder, path or function of the first finding that is accused hold one of the names of the culprit. */
  readonly isNamedFirst: boolean;
  /** That finding names the right file; null where no file is expected. */
  readonly isFileRight: boolean | null;
  /** Leaks that are accused beside the culprit, or in a healthy service; and degradations of a healthy one. */
  readonly falseAlarms: readonly Finding[];
  readonly first: Finding | null;
  readonly isRight: boolean;
}

/** Compares what a report accuses (`confirmed` or `likely`) with what was planted. */
export function judge(one: AccuracyCase, report: Pick<Report, 'findings'>): Judgement {
  const accused = report.findings
    .filter(({ kind, confidence }) => confidence !== 'possible' && (isLeakKind(kind) || isDegradationKind(kind)))
    .sort((a, b) => a.rank - b.rank);
  const leaks = accused.filter(({ kind }) => isLeakKind(kind));
  const first = leaks[0] ?? accused[0] ?? null;
  if (isHealthy(one)) {
    const isRight = accused.length === 0;
    return { isFound: false, isNamedFirst: false, isFileRight: null, falseAlarms: accused, first, isRight };
  }
  const isFound = leaks.some(({ kind }) => one.kinds.includes(kind));
  const isNamedFirst = first !== null && holdsOneOf(one.names, first);
  const isFileRight = one.files.length === 0 ? null : isNamedFirst && isInFile(one, first);
  // A service that leaks may well degrade: that is no false alarm. Nor is another word for the same culprit.
  const falseAlarms = leaks.filter((finding) => !holdsOneOf([...one.names, ...one.consequences], finding));
  return { isFound, isNamedFirst, isFileRight, falseAlarms, first, isRight: isFound && isNamedFirst };
}

function holdsOneOf(names: readonly string[], { subject }: Finding): boolean {
  // Without snapshots nobody knows a holder: the function that allocates is the culprit's name.
  const words = [subject.class, subject.holder, subject.source?.function, ...subject.path].join(' ');
  return names.some((name) => words.includes(name));
}

function isInFile(one: AccuracyCase, { subject: { source, package: owner } }: Finding): boolean {
  return one.files.some((expected) => {
    const [end = '', name] = expected.split(' of ');
    const isOfPackage = name === undefined || owner?.startsWith(`${name}@`) === true;
    return isOfPackage && source?.file.endsWith(end) === true;
  });
}
