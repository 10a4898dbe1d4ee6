import { printableLines } from '../../model/printable.ts';
import { redactMessage } from '../../redact/redact-text.ts';

/** Words for the list of events: before they are broken into lines, for half of a secret is not known as one. */
export function eventText(text: string): string {
  return printableLines(redactMessage(text));
}
