import { formatDuration } from '../../model/units.ts';
import { percent } from '../../words/figures.ts';
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
      `${percent(coverageShare(context))} of the samples planned in ${formatDuration(context.whole.toMs - context.whole.fromMs)}`,
      ...(gaps > 0 ? [`${gaps} gaps`] : []),
      ...(restarts > 0 ? [`${restarts} restarts of the service`] : []),
      ...(scraped ? [scrapeWords(scraped)] : []),
      ...missing,
      ...notes,
      ...damage,
    ].join('; ');
    return missing.length > 0 ? insufficient(words) : ok(words);
  },
};
