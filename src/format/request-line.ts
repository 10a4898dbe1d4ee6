import type { AnswerTraits, RequestInterval } from '../model/requests.ts';
import { encodeJournalLine } from './journal.ts';
import { count, fields, mapOf, member, moment, number, optional, text } from './shape.ts';

const readFields = fields<Omit<RequestInterval, 'traits' | 'aborted' | 'isSetup' | 'failed'>>({
  startMonoMs: moment,
  endMonoMs: moment,
  name: text,
  count,
  errors: count,
  dropped: count,
  late: count,
  maxLateMs: number,
  errorKinds: mapOf(count),
  intended: text,
  service: text,
});

const readTraits = fields<AnswerTraits>({
  answers: count,
  bodyBytes: number,
  jsonAnswers: count,
  closed: count,
  connects: count,
  connectMs: number,
  compressible: count,
  compressed: count,
  sampleBytes: number,
  sampleGzipBytes: number,
  redirects: optional(count),
});

/** One line of requests.ndjson. */
export function encodeRequestInterval(interval: RequestInterval): string {
  return encodeJournalLine(interval);
}

/** Reads one record of requests.ndjson; throws a ShapeError. */
export function readRequestInterval(record: object): RequestInterval {
  const traits = member(record, 'traits');
  const aborted = member(record, 'aborted');
  const failed = member(record, 'failed');
  const isSetup = member(record, 'isSetup') === true;
  return {
    ...readFields(record, ''),
    ...(aborted === undefined ? {} : { aborted: count(aborted, 'aborted') }),
    ...(failed === undefined ? {} : { failed: text(failed, 'failed') }),
    ...(isSetup ? { isSetup } : {}),
    ...(traits === undefined ? {} : { traits: readTraits(traits, 'traits') }),
  };
}
