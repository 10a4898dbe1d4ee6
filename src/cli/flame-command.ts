import { basename, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { flameDiffOf, flameOf, flameTimeline } from '../cpu/build-flame.ts';
import { equalBase } from '../cpu/compare-trees.ts';
import { depthWithin } from '../cpu/stack-depth.ts';
import type { FlameLimits } from '../cpu/visible-nodes.ts';
import { toolVersion } from '../files/tool-version.ts';
import type { Content } from '../files/write-atomically.ts';
import { formatCollapsedStacks } from '../format/collapsed-stacks.ts';
import { formatFirefoxProfile } from '../format/firefox-profile.ts';
import { encodePprof } from '../format/pprof.ts';
import { profileFor0x } from '../format/profile-for-0x.ts';
import { fitsInOrder, formatSpeedscope } from '../format/speedscope.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { FlameDiffNode, FlameNode, FlameTimeline } from '../model/flame.ts';
import { formatCount } from '../model/units.ts';
import type { FlameUnit, WeightedTree } from '../model/weighted-tree.ts';
import { redactText } from '../redact/redact-text.ts';
import { redacted } from '../redact/redact-values.ts';
import { renderFlameSvg } from '../report/render-flame-svg.ts';
import { type ProfileFile, readProfileFile } from '../session/read-profile-file.ts';
import { flagArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { flamePage } from './flame-page.ts';
import { choiceOption, textOption } from './option-types.ts';
import { writeContent } from './output.ts';
import { refuseToOverwrite, writeOutput } from './output-file.ts';
import { renderWith0x } from './render-with-0x.ts';
import { isDash, noRoomOnStdout, openAllNamed } from './standard-streams.ts';

type Root = FlameNode | FlameDiffNode;

interface Flame extends Pick<ProfileFile, 'unit' | 'durationUs' | 'intervalUs' | 'startWallMs'> {
  readonly title: string;
  readonly detail: string;
  readonly root: Root;
  /** Null if the samples have no order, or a difference is drawn. */
  readonly timeline: FlameTimeline | null;
}

interface Format {
  /** Of the file that is written. */
  readonly extension: string;
  readonly canDiff: boolean;
  /** What is not drawn need not be kept; what other tools read is kept whole. */
  readonly limits: FlameLimits;
  /** The most frames in a format that repeats the whole stack for every sample. */
  readonly mostFrames?: number;
  /** The content of the file. */
  readonly make: (flame: Flame, note: (text: string) => void) => Content | Promise<Content>;
}

const WHOLE: FlameLimits = { minShare: 0, maxNodes: Infinity, maxDepth: Infinity };
const MOST_FRAMES = 10_000_000;
const EXPORTER = `soak-profiler ${toolVersion()}`;

const FORMATS = {
  html: {
    extension: '.html',
    canDiff: true,
    limits: {},
    make: ({ title, detail, root, unit, timeline }) => flamePage(title, detail, root, unit, timeline),
  },
  svg: { extension: '.svg', canDiff: true, limits: {}, make: renderFlameSvg },
  speedscope: {
    extension: '.speedscope.json',
    canDiff: false,
    limits: WHOLE,
    make: (flame, note) => {
      const isOrdered = fitsInOrder(flame.timeline);
      if (flame.timeline && !isOrdered)
        note('There are too many samples to keep their order: they are aggregated, so "Time Order" is empty.');
      return formatSpeedscope(isOrdered ? flame : { ...flame, timeline: null }, EXPORTER);
    },
  },
  collapsed: {
    extension: '.collapsed.txt',
    canDiff: false,
    limits: WHOLE,
    mostFrames: MOST_FRAMES,
    make: ({ root }) => formatCollapsedStacks(root),
  },
  pprof: {
    extension: '.pb.gz',
    canDiff: false,
    limits: WHOLE,
    mostFrames: MOST_FRAMES,
    make: (flame) => gzipSync(encodePprof(flame)),
  },
  firefox: {
    extension: '.firefox.json',
    canDiff: false,
    limits: {},
    make: ({ timeline, title, startWallMs, intervalUs }) => {
      if (timeline === null) throw noOrderError();
      return formatFirefoxProfile({ timeline, title, startWallMs, intervalMs: (intervalUs ?? 1000) / 1000 }, EXPORTER);
    },
  },
  // 0x calls itself once a level: the depth stays limited.
  '0x': {
    extension: '.0x.html',
    canDiff: false,
    limits: { minShare: 0 },
    make: ({ root, title }) => renderWith0x(profileFor0x(root), title),
  },
} as const satisfies Readonly<Record<string, Format>>;

type FormatName = keyof typeof FORMATS;
const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

/** A flame graph, or the difference of two, from profiles of any tool. */
export const flameCommand: Command = (exit) => ({
  command: 'flame <file>',
  describe: 'draw a profile of any tool as a flame graph, or convert it for another tool',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe:
          '.cpuprofile, .heapprofile, pprof, speedscope, collapsed stacks, log of V8 (processed), file or folder of 0x or Clinic; compressed or not; - reads stdin',
      })
      .options({
        diff: textOption('diff', 'an earlier profile: draw what changed since (html, svg)'),
        format: { ...choiceOption('format', FORMAT_NAMES, 'output format'), default: 'html' },
        out: textOption('out', 'file to write, - for stdout (default: name of the profile, in this folder)'),
        force: { type: 'boolean', default: false, describe: 'replace an existing file' },
      })
      .example('$0 flame busy.cpuprofile', 'a page to open in a browser')
      .example('$0 flame after.cpuprofile --diff before.cpuprofile', 'red grew, blue shrank')
      .example('$0 flame - --format collapsed --out - < busy.cpuprofile', 'from stdin to stdout')
      .example('$0 flame service.heapprofile', 'which code allocated what is still alive')
      .example('$0 flame busy.cpuprofile --format pprof', 'for go tool pprof'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const named = textArgument(args, 'diff');
    const { paths, release } = await openAllNamed([String(args.file), ...(named === null ? [] : [named])]);
    const [file = '', earlier = null] = paths;
    const isOut = isDash(args.out);
    if (isOut && terminal.json) throw noRoomOnStdout();
    const name = String(args.format) as FormatName;
    const format: Format = FORMATS[name];
    if (earlier !== null && !format.canDiff) throw noDiffError(name);
    const out = resolve(
      textArgument(args, 'out') ?? `${isDash(args.file) ? 'flame' : nameOf(file)}${format.extension}`,
    );
    const force = flagArgument(args, 'force');
    if (!isOut) refuseToOverwrite(out, force, paths);

    const flame = await readFlame(file, earlier, format, terminal.say).finally(release);
    const content = await format.make(isDash(args.file) ? { ...flame, title: 'stdin' } : flame, terminal.say);
    if (isOut) {
      await writeContent(content);
      exit(EXIT.passed);
      return;
    }
    const place = { whenTaken: force ? 'replace' : 'beside', say: terminal.say } as const;
    const written = await writeOutput(out, content, place);
    if (terminal.json) terminal.data({ format: name, file: written });
    else terminal.print(written);
    exit(EXIT.passed);
  },
});

async function readFlame(
  file: string,
  earlier: string | null,
  { limits, mostFrames }: Format,
  note: (text: string) => void,
): Promise<Flame> {
  const now = withoutSecrets(await readProfileFile(file, note));
  const { tree, placeOf, timeline } = now;
  const detail = detailOf(now);
  if (earlier === null) {
    const fitting = mostFrames === undefined ? limits : { ...limits, maxDepth: depthOf(tree, mostFrames, file, note) };
    return {
      ...now,
      title: redactText(basename(file)),
      detail,
      root: flameOf(tree, placeOf, fitting),
      timeline: timeline && flameTimeline(tree, timeline, placeOf),
    };
  }
  const before = withoutSecrets(await readProfileFile(earlier, note));
  if (before.unit !== now.unit) throw unlikeUnits(file, now.unit, earlier, before.unit);
  return {
    ...now,
    title: redactText(`${basename(file)} against ${basename(earlier)}, ${PER[now.unit]}`),
    detail: `${detail}, ${detailOf(before)} before`,
    root: flameDiffOf(before.tree, tree, baseOf(before.tree, tree, now.unit), eitherPlace(now, before), limits),
    timeline: null,
  };
}

/** On what two profiles are compared. */
const PER: Readonly<Record<FlameUnit, string>> = {
  microseconds: 'per second of CPU',
  bytes: 'in bytes',
  count: 'for the same number of samples',
};

function baseOf(before: WeightedTree, after: WeightedTree, unit: FlameUnit): { before: number; after: number } {
  if (unit === 'bytes') return { before: 1, after: 1 };
  const perSecond = equalBase(before, after);
  return unit === 'microseconds' ? perSecond : { before: perSecond.before / perSecond.after, after: 1 };
}

function detailOf({ tree, unit, format }: ProfileFile): string {
  const what = unit === 'bytes' ? `allocations still alive, ${format}` : format;
  return `${formatCount(tree.samples)} samples, ${what}`;
}

/** The name of a profile without what says its format. */
function nameOf(file: string): string {
  return (
    basename(file).replace(
      /(?:\.(?:gz|br|zst|pb|cpuprofile|heapprofile|json|speedscope|txt|html|collapsed|0x))+$/,
      '',
    ) || 'flame'
  );
}

function unlikeUnits(file: string, unit: FlameUnit, earlier: string, earlierUnit: FlameUnit): ProfilerError {
  return new ProfilerError(
    'units-differ',
    EXIT.usage,
    `${file} counts ${unit} and ${earlier} ${earlierUnit}: they cannot be compared.`,
    'Compare two profiles of the same kind.',
  );
}

/** How deep its stacks are kept; said where that is not all. */
function depthOf({ parentOf }: WeightedTree, mostFrames: number, file: string, note: (text: string) => void): number {
  const { depth, deepest } = depthWithin(parentOf, mostFrames);
  if (depth < deepest)
    note(
      `${file}: its stacks are up to ${deepest} frames deep. This format repeats the whole stack for every sample, so what ` +
        `lies deeper than ${depth} frames is summed up in (other). --format speedscope keeps all.`,
    );
  return depth;
}

/**
 * Names of functions and files go into every format: what is drawn from a profile is handed on, and so is what other tools
 * read.
 */
function withoutSecrets({ tree, placeOf, ...file }: ProfileFile): ProfileFile {
  const functions = tree.functions.map((frame) => ({ ...frame, functionName: redactText(frame.functionName) }));
  return { ...file, tree: { ...tree, functions }, placeOf: (...position) => redacted(placeOf(...position)) };
}

/** A script that only one of the two knows is mapped by that one. */
function eitherPlace(now: ProfileFile, before: ProfileFile): ProfileFile['placeOf'] {
  const urls = new Set(now.tree.functions.map(({ url }) => url));
  return (url, ...position) => (urls.has(url) ? now : before).placeOf(url, ...position);
}

function noOrderError(): ProfilerError {
  return new ProfilerError(
    'no-order',
    EXIT.usage,
    '--format firefox needs samples in order of time, which this file does not have.',
    'Use --format speedscope or html.',
  );
}

function noDiffError(format: FormatName): ProfilerError {
  const able = FORMAT_NAMES.filter((name) => FORMATS[name].canDiff).join(' or ');
  return new ProfilerError(
    'usage',
    EXIT.usage,
    `--format ${format} cannot show a difference.`,
    `Use --format ${able}, or omit --diff.`,
  );
}
