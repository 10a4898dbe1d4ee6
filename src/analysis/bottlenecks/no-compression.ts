import * as say from '../../words/bottlenecks/no-compression.ts';
import { findingId } from '../finding-id.ts';
import { answerTraits, loadedMs, type NamedTraits } from './answer-traits.ts';
import { type BottleneckDraft, type Rule, type RuleContext, seen, unseen } from './rule.ts';

/** Below some packets the time on the wire does not fall with the size. */
const LEAST_BYTES = 8_000;
/** What gzip must save to be worth its CPU. */
const LEAST_SAVED = 0.4;
const LEAST_ANSWERS = 3;

/** Large answers of text that come as they are although the request offers to take them compressed. */
export const noCompression: Rule = {
  rule: 'no-compression',
  run(context) {
    const traits = answerTraits(context).filter(({ compressible }) => compressible >= LEAST_ANSWERS);
    if (traits.length === 0) return unseen(say.NOT_OFFERED);
    const plain = traits.filter(
      (one) => one.compressed === 0 && one.meanBytes >= LEAST_BYTES && savedShare(one) >= LEAST_SAVED,
    );
    const detail = say.looked(plain.length, traits.length);
    return seen(plain.length > 0 ? [draftOf(context, plain)] : [], detail);
  },
};

/** Measured on bodies that came, compressed by ourselves; 0 if none was small enough to be tried. */
function savedShare({ sampleBytes, sampleGzipBytes }: NamedTraits): number {
  return sampleBytes > 0 ? 1 - sampleGzipBytes / sampleBytes : 0;
}

function draftOf(context: RuleContext, plain: readonly NamedTraits[]): BottleneckDraft {
  const seconds = Math.max(1, loadedMs(context) / 1000);
  const sent = plain.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
  const saved = plain.reduce((sum, one) => sum + savedShare(one) * one.bodyBytes, 0);
  const all = answerTraits(context).reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
  const largest = [...plain].sort((a, b) => b.bodyBytes - a.bodyBytes);
  return {
    id: findingId('no-compression', 'answers', ''),
    confidence: 'confirmed',
    title: say.title(saved / sent),
    request: plain.length === 1 ? (plain[0]?.name ?? null) : null,
    source: null,
    package: null,
    evidence: largest.slice(0, 3).map((one) => ({
      what: say.plainAnswers({
        request: one.name,
        meanBytes: one.meanBytes,
        gzipBytes: (1 - savedShare(one)) * one.meanBytes,
        answers: one.compressible,
      }),
      file: 'requests.ndjson',
    })),
    against: [say.AGAINST],
    gain: say.gain({ bytesPerSecond: saved / seconds, of: sent / seconds }),
    recommendation: say.ADVICE,
    check: say.check(saved / sent),
    weight: (0.3 * saved) / Math.max(1, all),
  };
}
