import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';
import type { CpuProfile } from '../../model/profiles.ts';
import { readCpuProfile } from '../cpu-profile.ts';
import { readHeapProfile } from '../heap-profile.ts';
import { parseJson } from '../parse-json.ts';
import { member, object, ShapeError } from '../shape.ts';
import { allocationTree } from './allocation-tree.ts';
import { isCollapsed, readCollapsed } from './collapsed-text.ts';
import { readHeadProfile } from './head-profile.ts';
import { readPprof } from './pprof-file.ts';
import { readProfLog } from './prof-log.ts';
import type { ProfileContent } from './profile-content.ts';
import { readSpeedscope } from './speedscope-file.ts';
import { readTicks, readZeroXTree, treeTextIn } from './ticks.ts';
import { readTraceProfile } from './trace-profile.ts';

const KNOWN_PROFILES =
  'Known are: .cpuprofile (V8, DevTools, v8-profiler-next), .heapprofile, a trace of DevTools, pprof, speedscope, collapsed stacks, ' +
  'ticks.json and pages of 0x, and what node --prof-process --preprocess writes; each also compressed with gzip, brotli or zstd.';
const CODE = 'profile-invalid';
/** A text file begins like this far at least. */
const PROBED_BYTES = 4096;
const MOST_TEXT_BYTES = 0x1fffffe8;

/**
 * Reads a profile of any tool, unpacked; which format it has is told by its content alone. Throws a ProfilerError (exit 2)
 * for what is none, or is damaged.
 */
export function parseProfile(bytes: Uint8Array, file: string): ProfileContent {
  const head = new TextDecoder('utf-8')
    .decode(bytes.subarray(0, PROBED_BYTES))
    .replace(/^\ufeff/, '')
    .trimStart();
  const refuse = (what: string, hint: string): ProfilerError =>
    new ProfilerError(CODE, EXIT.usage, `${file}: ${what}`, hint);
  if (bytes.length === 0) throw refuse('the file is empty at byte 0 of 0', KNOWN_PROFILES);
  if (/^\{\s*"snapshot"\s*:/.test(head))
    throw refuse('it is a heap snapshot, not a profile', `To see what is in it: profiler heap summary ${file}`);
  if (head.startsWith('v8-version,'))
    throw refuse(
      'it is a log of V8 (node --prof), which has to be processed first',
      `node --prof-process --preprocess -j ${file} > prof.json; then: profiler flame prof.json`,
    );
  if (head.startsWith('{') || head.startsWith('['))
    return parseJson(bytes, { file, code: CODE, hint: KNOWN_PROFILES }, ofJson);
  try {
    return ofText(bytes, head, file) ?? ofPprof(bytes);
  } catch (error) {
    if (error instanceof ShapeError) throw refuse(error.message, KNOWN_PROFILES);
    throw error;
  }
}

function ofJson(value: unknown): ProfileContent {
  if (Array.isArray(value)) {
    if (
      value.some(
        (one) => typeof one === 'object' && one !== null && !Array.isArray(one) && member(one, 'ph') !== undefined,
      )
    )
      return samples('a trace of DevTools', readTraceProfile(value));
    return { kind: 'weights', format: 'ticks of 0x', unit: 'count', tree: readTicks(value) };
  }
  const own = object(value, '');
  const has = (name: string): boolean => member(own, name) !== undefined;
  if (has('nodes')) return samples('.cpuprofile', countedFromZero(readCpuProfile(own), has('typeId')));
  if (has('head')) return ofHead(own);
  if (has('profiles') && has('shared')) return { kind: 'weights', format: 'speedscope', ...readSpeedscope(own) };
  if (has('ticks') && has('code')) return samples('log of V8', readProfLog(own));
  if (has('traceEvents')) {
    const events = member(own, 'traceEvents');
    if (!Array.isArray(events)) throw new ShapeError('traceEvents', 'a list', events);
    return samples('a trace of DevTools', readTraceProfile(events));
  }
  throw new ShapeError('', 'a profile of a known kind', own);
}

/** Two things have a `head`: V8's sampling heap profile, and CPU profiles as they were until 2016. */
function ofHead(own: object): ProfileContent {
  const head = object(member(own, 'head'), 'head');
  if (member(head, 'callFrame') === undefined) return samples('.cpuprofile', readHeadProfile(own));
  return { kind: 'weights', format: '.heapprofile', unit: 'bytes', tree: allocationTree(readHeapProfile(own)) };
}

function samples(format: string, profile: CpuProfile): ProfileContent {
  return { kind: 'samples', format, profile };
}

/** v8-profiler-next writes V8's own numbers, which count from 1; `typeId` is its mark. */
function countedFromZero(profile: CpuProfile, isCountedFromOne: boolean): CpuProfile {
  if (!isCountedFromOne) return profile;
  const nodes = profile.nodes.map(({ callFrame, ...node }) => ({
    ...node,
    callFrame: {
      ...callFrame,
      lineNumber: callFrame.lineNumber - 1,
      columnNumber: Math.max(-1, callFrame.columnNumber - 1),
    },
  }));
  return { ...profile, nodes };
}

function ofText(bytes: Uint8Array, head: string, file: string): ProfileContent | null {
  if (bytes.length > MOST_TEXT_BYTES) return null;
  if (head.startsWith('<')) {
    const page = treeTextIn(new TextDecoder('utf-8').decode(bytes));
    if (page === null) throw new ShapeError('the page', 'one of 0x', 'another');
    const tree = parseJson(new TextEncoder().encode(page), { file, code: CODE, hint: KNOWN_PROFILES }, readZeroXTree);
    return { kind: 'weights', format: 'a page of 0x', unit: 'count', tree };
  }
  if (head.includes('\u0000') || !isCollapsed(new TextDecoder('utf-8').decode(bytes.subarray(0, 1 << 20)))) return null;
  return {
    kind: 'weights',
    format: 'collapsed stacks',
    unit: 'count',
    tree: readCollapsed(new TextDecoder('utf-8').decode(bytes)),
  };
}

function ofPprof(bytes: Uint8Array): ProfileContent {
  return { kind: 'weights', format: 'pprof', ...readPprof(bytes) };
}
