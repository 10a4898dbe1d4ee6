import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import { didYouMean } from '../scenario/did-you-mean.ts';

/** Throws (exit 2) for a word that is none of the known ones. `what`: `command`, `heap command`. */
export function refuseUnknown(what: string, word: string, known: readonly string[]): void {
  if (known.includes(word)) return;
  const meant = didYouMean(word, known);
  throw new ProfilerError(
    'usage',
    EXIT.usage,
    `There is no ${what} ${JSON.stringify(word)}.${meant === null ? '' : ` Did you mean ${meant}?`}`,
    `Known: ${known.join(', ')}. See profiler --help.`,
  );
}
