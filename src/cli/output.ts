import { once } from 'node:events';
import type { Content } from '../files/write-atomically.ts';
import { printableLines } from '../model/printable.ts';
import { redactMessage, redactText } from '../redact/redact-text.ts';
import { redacted } from '../redact/redact-values.ts';
import type { Rendered } from '../report/terminal-text.ts';

/**
 * The only place of this program that writes to stdout and stderr (test/architecture.test.ts looks for others). Words
 * come as they are, with names of the profiled program in them: secrets are taken out here, and whatever could make a
 * terminal do something is escaped here. Colours and cursor codes of our own are added behind that.
 */
export type StreamName = 'stdout' | 'stderr';

/** What was found: names stay names, so `password: Map` of a heap is left alone. */
export function writeResult(text: string): void {
  write('stdout', printableLines(redactText(text)));
}

/** Words for people, with texts of libraries and services in them. */
export function writeWords(stream: StreamName, text: string): void {
  write(stream, printableLines(redactMessage(text)));
}

/** Made printable and redacted when it was rendered. */
export function writeRendered(text: Rendered): void {
  write('stdout', `${text.trimEnd()}\n`);
}

/**
 * One line of JSON: exact, but for secrets. What `JSON.stringify` leaves as it is and a terminal would act on is written
 * as the escape that JSON has for it, so a parser reads the same text.
 */
export function writeJson(value: unknown, redact: (text: string) => string = redactText): void {
  write('stdout', `${printableLines(JSON.stringify(redacted(value, redact)))}\n`);
}

/** A file, where `-` was given for its name. */
export async function writeContent(content: Content): Promise<void> {
  const chunks = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  for await (const chunk of chunks) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
}

/** Cursor codes of ours. */
export function writeControl(codes: string): void {
  write('stderr', codes);
}

function write(stream: StreamName, text: string): void {
  process[stream].write(text);
}
