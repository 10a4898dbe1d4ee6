import { REDACTED } from './secret-forms.ts';

/** What may stand inside of an encoded address or document. Every part is one character, so that the time grows with the text alone. */
const RUN = /(?:[\w.~!*'()+$@:/-]|%[\da-f]{2})+/gi;
/** Marks without which nothing of it could be a secret: colon, quote, `@`, `=`. */
const TELLING = /%(?:25)*(?:3a|22|27|40|3d)/i;
/** Encoded again by a second service, and a third. */
const MOST_TIMES = 3;

/**
 * Texts that stand percent-encoded in another: `?next=postgres%3A%2F%2Fu%3Apassword%40h`, a body in a `data:` address. They
 * are decoded, redacted, and encoded again where something was taken out.
 */
export function redactEncoded(text: string, redact: (text: string) => string): string {
  if (!TELLING.test(text)) return text;
  return text.replace(RUN, (run) => (TELLING.test(run) ? redactRun(run, redact, MOST_TIMES) : run));
}

function redactRun(run: string, redact: (text: string) => string, times: number): string {
  const plain = decoded(run);
  const inner = times > 1 && TELLING.test(plain) ? redactRun(plain, redact, times - 1) : plain;
  const shown = redact(inner);
  return shown === plain ? run : encodedAs(run, shown);
}

/** ASCII alone: that is what tells where a secret begins and ends. Nothing of it stays decoded. */
function decoded(run: string): string {
  return run.replace(/%([0-7][\da-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** What was encoded before is encoded again; the mark that something was taken out stays readable. */
function encodedAs(run: string, shown: string): string {
  const wasPlain = new Set(run.replace(/%[\da-f]{2}/gi, ''));
  return shown
    .split(REDACTED)
    .map((part) =>
      part.replace(/(?!%[\da-f]{2})[^\w.~-]/gi, (mark) => (wasPlain.has(mark) ? mark : encodeURIComponent(mark))),
    )
    .join(REDACTED);
}
