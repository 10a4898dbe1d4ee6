import { cellAt, columnsOf, csvReader } from './csv-rows.ts';
import { type ResultFormat, type ResultSink, statusError } from './load-result.ts';
import { type Tag, tagReader } from './xml-tags.ts';

const COLUMNS = ['timeStamp', 'elapsed', 'label', 'responseCode', 'responseMessage', 'success'] as const;
/** The order of JMeter where the file has no head (jmeter.save.saveservice.print_field_names=false). */
const DEFAULT_ORDER: readonly string[] = [...COLUMNS.slice(0, 5), 'threadName', 'dataType', 'success'];
/** A transaction controller adds a row of its own to those of its requests. */
const TRANSACTION = /^Number of samples in transaction/;

/** JMeter's .jtl as CSV, with or without its head, with any choice of columns that has time, length and label. */
export const jmeterCsv: ResultFormat = {
  id: 'jmeter-csv',
  title: 'JMeter results (.jtl, CSV)',
  matches: ({ firstLine }) =>
    (/(^|,)timeStamp(,|$)/.test(firstLine) && /(^|,)elapsed(,|$)/.test(firstLine)) ||
    /^\d{13},\d+,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,(?:true|false)(,|$)/.test(firstLine),
  open: (sink) => {
    let at: ReturnType<typeof columnsOf<(typeof COLUMNS)[number]>> | null = null;
    return csvReader(sink, (cells) => {
      if (at === null || cells[0] === 'timeStamp') {
        const isHead = cells.includes('timeStamp');
        at = columnsOf(isHead ? cells : DEFAULT_ORDER, COLUMNS);
        if (isHead) return;
      }
      record(sink, {
        startWallMs: jmeterTime(cellAt(cells, at.timeStamp)),
        durationMs: Number(cellAt(cells, at.elapsed) || Number.NaN),
        label: cellAt(cells, at.label),
        code: cellAt(cells, at.responseCode),
        message: cellAt(cells, at.responseMessage),
        success: at.success === undefined ? null : cellAt(cells, at.success),
      });
    });
  },
};

/**
 * JMeter's .jtl as XML. Samples inside of a sample are its redirects and embedded resources, already in its time; those
 * inside of a transaction are the requests themselves.
 */
export const jmeterXml: ResultFormat = {
  id: 'jmeter-xml',
  title: 'JMeter results (.jtl, XML)',
  // A comment ends at its first end: else many of them could be told apart in as many ways as there are.
  matches: ({ text }) => /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[\s\S])*-->\s*)*<testResults\b/.test(text),
  open: (sink) => {
    /** Of the samples that are open, outermost first: whether one is a request of its own. */
    const open: boolean[] = [];
    return tagReader(({ name, kind, attributes }) => {
      if (name !== 'httpSample' && name !== 'sample') return;
      if (kind === 'close') {
        open.pop();
        return;
      }
      const isTransaction = TRANSACTION.test(attributes.get('rm') ?? '');
      if (!open.includes(true) && !isTransaction) record(sink, sampleOf(attributes));
      if (kind === 'open') open.push(!isTransaction);
    }, sink);
  },
};

interface JmeterSample {
  readonly startWallMs: number;
  readonly durationMs: number;
  readonly label: string;
  readonly code: string;
  readonly message: string;
  readonly success: string | null;
}

function sampleOf(attributes: Tag['attributes']): JmeterSample {
  const text = (name: string): string => attributes.get(name) ?? '';
  return {
    startWallMs: jmeterTime(text('ts')),
    durationMs: Number(text('t') || Number.NaN),
    label: text('lb'),
    code: text('rc'),
    message: text('rm'),
    success: attributes.get('s') ?? null,
  };
}

function record(sink: ResultSink, { startWallMs, durationMs, label, code, message, success }: JmeterSample): void {
  if (TRANSACTION.test(message)) return;
  if (!Number.isFinite(startWallMs) || !Number.isFinite(durationMs)) {
    sink.damage('a sample without time or length');
    return;
  }
  const failed = success === null ? !/^[123]\d\d$/.test(code) : success.toLowerCase() !== 'true';
  sink.request(startWallMs + durationMs, label, durationMs, failed ? jmeterError(code) : null);
}

/** Milliseconds since 1970 by default; jmeter.save.saveservice.timestamp_format may make a date of them. */
function jmeterTime(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text.replace(/^(\d{4})\/(\d\d)\/(\d\d) /, '$1-$2-$3T'));
}

/** A failed assertion leaves the status as it is; a request without an answer has the Java exception for a code. */
function jmeterError(code: string): string {
  const exception = /([A-Za-z]+(?:Exception|Error))\b/.exec(code)?.[1];
  if (exception) return exception;
  return /^[123]\d\d$/.test(code) ? 'expectation' : statusError(code);
}
