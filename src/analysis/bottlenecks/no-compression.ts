import { formatBytes } from '../../model/units.ts';
import { percent } from '../../words/figures.ts';
import { code } from '../../words/terms.ts';
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
  name: 'compression of answers',
  run(context) {
    const traits = answerTraits(context).filter(({ compressible }) => compressible >= LEAST_ANSWERS);
    if (traits.length === 0) return unseen('no answer of text to a request that offers compression was seen');
    const plain = traits.filter(
      (one) => one.compressed === 0 && one.meanBytes >= LEAST_BYTES && savedShare(one) >= LEAST_SAVED,
    );
    const detail = `${plain.length} of ${traits.length} requests with answers of text have large ones that come uncompressed`;
    return seen(plain.length > 0 ? [draftOf(context, plain)] : [], detail);
  },
};

/** Measured on bodies that came, compressed by ourselves; 0 where none was small enough to be tried. */
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
    title: `Large answers of text are sent uncompressed; gzip makes them ${percent(saved / sent)} smaller.`,
    request: plain.length === 1 ? (plain[0]?.name ?? null) : null,
    source: null,
    package: null,
    evidence: largest.slice(0, 3).map((one) => ({
      what: `${code(one.name)}: ${formatBytes(one.meanBytes)} an answer; none of ${one.compressible} came compressed although the request offered it (${code('accept-encoding')}). gzip makes ${formatBytes((1 - savedShare(one)) * one.meanBytes)} of it.`,
      file: 'requests.ndjson',
    })),
    against: ['A proxy or a load balancer in front of the service may compress what it passes on.'],
    gain: `${formatBytes(saved / seconds)} a second less to send at this load (of ${formatBytes(sent / seconds)}), and shorter answers for clients that are far away. It costs CPU: some milliseconds for each 100 KB.`,
    recommendation:
      'Compress in the proxy in front, or in the service (`compression` for Express, `@fastify/compress`, `koa-compress`), with a threshold of about 1 KB; what never changes is best compressed once, beforehand.',
    check: `In the next run the answers should be about ${percent(saved / sent)} smaller: ${code("curl --compressed -so /dev/null -w '%{size_download}' URL")}.`,
    weight: (0.3 * saved) / Math.max(1, all),
  };
}
