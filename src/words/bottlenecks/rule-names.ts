import type { BottleneckRule } from '../../model/bottleneck.ts';

/** As the list of what was looked at names the rules. */
export const RULE_NAMES: Readonly<Record<BottleneckRule, string>> = {
  'sync-call': 'synchronous calls',
  'big-json': 'JSON of big bodies',
  'no-keep-alive': 'connections kept alive',
  'no-compression': 'compression of responses',
  'no-paging': 'size of responses',
  'cache-never-hits': 'caches that grow with each request',
};
