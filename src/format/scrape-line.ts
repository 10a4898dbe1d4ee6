import type { Scrape } from '../model/scrape.ts';
import { encodeJournalLine } from './journal.ts';
import { count, fields, mapOf, moment, nullable, number, text } from './shape.ts';

const readFields = fields<Scrape>({
  wallMs: moment,
  monoMs: moment,
  segment: count,
  tookMs: number,
  exposed: nullable(count),
  values: mapOf(number),
  error: nullable(text),
});

/** One line of scrapes.ndjson. Values keep twelve digits; one that is no number is absent. */
export function encodeScrape(scrape: Scrape): string {
  const values = Object.entries(scrape.values).filter(([, value]) => Number.isFinite(value));
  return encodeJournalLine({
    ...scrape,
    wallMs: Math.round(scrape.wallMs),
    monoMs: Math.round(scrape.monoMs * 1e4) / 1e4,
    tookMs: Math.round(scrape.tookMs * 10) / 10,
    values: Object.fromEntries(values.map(([index, value]) => [index, Number(value.toPrecision(12))])),
  });
}

/** Reads one record of scrapes.ndjson; throws a ShapeError. */
export function readScrape(record: object): Scrape {
  return readFields(record, '');
}
