import type { RequestInterval } from '../model/requests.ts';
import { encodeJournalLine } from './journal.ts';
import { count, fields, mapOf, number, text } from './shape.ts';

const readFields = fields<RequestInterval>({
  startMonoMs: number,
  endMonoMs: number,
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

/** One line of requests.ndjson. */
export function encodeRequestInterval(interval: RequestInterval): string {
  return encodeJournalLine(interval);
}

/** Reads one record of requests.ndjson; throws a ShapeError. */
export function readRequestInterval(record: object): RequestInterval {
  return readFields(record, '');
}
