import type { CheckContext } from '../check.ts';
import { siteLeak } from './growing-sites.ts';
import { type NamedSite, nameSite } from './name-site.ts';

const OF_BUFFERS = /^node:(?:internal\/)?buffer$/;

/** Buffers are small in the heap and large outside of it. */
export function isOfBuffers({ site }: Pick<NamedSite, 'site'>): boolean {
  return site?.stacks.some(({ stack }) => stack.some(({ file }) => OF_BUFFERS.test(file))) === true;
}

/** Where no snapshots were compared: the function whose live buffers become more, as the samples and the source have it. */
export function bufferSite(context: CheckContext): NamedSite | null {
  if (context.run.heapGrowth !== null) return null;
  const bySites = siteLeak(context);
  if (bySites === null) return null;
  const named = nameSite(context, bySites, null);
  return isOfBuffers(named) ? named : null;
}
