import { code, plural } from '../terms.ts';

/** Which thread: as the program names it, else by its script. */
export interface ThreadName {
  readonly thread: number;
  readonly name: string;
  /** Of its script, as V8 reports it; empty if it runs a text. */
  readonly url: string;
}

/** ``worker thread 2 (`mailer`)``. */
function threadWords({ thread, name, url }: ThreadName): string {
  const known = name || (url.split('/').at(-1) ?? '');
  return `worker thread ${thread}${known === '' ? '' : ` (${code(known)})`}`;
}

/** The title of a finding of one thread. */
export function titleIn(title: string, thread: ThreadName): string {
  return `${title.replace(/\.$/, '')}, in ${threadWords(thread)}.`;
}

export function alsoIn(others: readonly ThreadName[]): string {
  const numbers = others.map(({ thread }) => thread).join(', ');
  return `The same grows in worker ${others.length === 1 ? 'thread' : 'threads'} ${numbers} too, each by itself: the figures are those of one thread.`;
}

export function detailOf(thread: ThreadName, detail: string): string {
  return `${threadWords(thread)}: ${detail}`;
}

/** `running`: as many as ran at once. */
export function notExamined(missed: number, running: number, reason: string): string {
  const what =
    missed >= running
      ? `${plural(running, 'worker thread was', 'worker threads were')} not examined`
      : `${missed} of ${plural(running, 'worker thread')} ${missed === 1 ? 'was' : 'were'} not examined`;
  return reason === '' ? what : `${what} (${reason})`;
}

export const WHY_NOT_EXAMINED = {
  tooShort: 'none ran for long enough to be looked at twice',
} as const;
