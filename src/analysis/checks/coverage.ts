import { coverageWords } from '../../words/completeness.ts';
import { scrapeWords } from '../../words/scrape.ts';
import { type Check, insufficient, ok } from '../check.ts';
import { coverageShare } from '../completeness/coverage-share.ts';

/** Was the run seen well enough to believe what the other checks say? */
export const coverage: Check = {
  name: 'coverage',
  run(context) {
    const { events, damage, manifest, scraped } = context.run;
    const gaps = events.filter(({ type }) => type === 'gap').length;
    const restarts = manifest.segments.length - 1;
    const { missing, notes } = context.completeness;
    const words = [
      ...coverageWords(coverageShare(context), context.whole.toMs - context.whole.fromMs, gaps, restarts),
      ...(scraped ? [scrapeWords(scraped)] : []),
      ...missing,
      ...notes,
      ...damage,
    ].join('; ');
    return missing.length > 0 ? insufficient(words) : ok(words);
  },
};
