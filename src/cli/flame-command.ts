import { basename, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildFlame, buildFlameDiff } from '../cpu/build-flame.ts';
import type { CallTree } from '../cpu/call-tree.ts';
import { commonBase } from '../cpu/compare-trees.ts';
import { mergeWindows } from '../cpu/merge-windows.ts';
import { depthWithin } from '../cpu/stack-depth.ts';
import type { FlameLimits } from '../cpu/visible-nodes.ts';
import { toolVersion } from '../files/tool-version.ts';
import type { Content } from '../files/write-atomically.ts';
import { formatCollapsedStacks } from '../format/collapsed-stacks.ts';
import { encodePprof } from '../format/pprof.ts';
import { profileFor0x } from '../format/profile-for-0x.ts';
import { formatSpeedscope } from '../format/speedscope.ts';
import { ProfilerError } from '../model/errors.ts';
import { EXIT } from '../model/exit-codes.ts';
import type { FlameDiffNode, FlameNode } from '../model/flame.ts';
import type { Microseconds } from '../model/units.ts';
import { redactText } from '../redact/redact-text.ts';
import { redacted } from '../redact/redact-values.ts';
import { renderFlameSvg } from '../report/render-flame-svg.ts';
import { type ProfileFile, readProfileFile } from '../session/read-profile-file.ts';
import { flagArgument, terminalFor, textArgument } from './arguments.ts';
import type { Command } from './command.ts';
import { flamePage } from './flame-page.ts';
import { choiceOption, textOption } from './option-types.ts';
import { refuseToOverwrite, writeOutput } from './output-file.ts';
import { renderWith0x } from './render-with-0x.ts';

type Root = FlameNode | FlameDiffNode;

interface Flame {
  readonly title: string;
  readonly detail: string;
  readonly root: Root;
  readonly durationUs: Microseconds;
}

interface Format {
  /** Of the file that is written. */
  readonly extension: string;
  readonly canDiff: boolean;
  /** What is not drawn need not be kept; what other tools read is kept whole. */
  readonly limits: FlameLimits;
  /** What repeats the whole stack for every sample holds at most so many frames. */
  readonly mostFrames?: number;
  /** The content of the file. */
  readonly make: (flame: Flame) => Content | Promise<Content>;
}

const WHOLE: FlameLimits = { minShare: 0, maxNodes: Infinity, maxDepth: Infinity };
const MOST_FRAMES = 10_000_000;

const FORMATS = {
  html: {
    extension: '.html',
    canDiff: true,
    limits: {},
    make: ({ title, detail, root }) => flamePage(title, detail, root),
  },
  svg: { extension: '.svg', canDiff: true, limits: {}, make: renderFlameSvg },
  speedscope: {
    extension: '.speedscope.json',
    canDiff: false,
    limits: WHOLE,
    make: ({ root, title }) => formatSpeedscope(root, title, `soak-profiler ${toolVersion()}`),
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
    make: ({ root, durationUs }) => gzipSync(encodePprof(root, durationUs)),
  },
  // 0x calls itself once a level: the depth stays limited.
  '0x': {
    extension: '.0x.html',
    canDiff: false,
    limits: { minShare: 0 },
    make: ({ root, title, durationUs }) => renderWith0x(profileFor0x(root, durationUs), title),
  },
} as const satisfies Readonly<Record<string, Format>>;

type FormatName = keyof typeof FORMATS;
const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

/** A flame graph, or the difference of two, from .cpuprofile files. */
export const flameCommand: Command = (exit) => ({
  command: 'flame <file>',
  describe: 'draw a .cpuprofile as a flame graph, or convert it for another tool',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'a .cpuprofile, from any tool' })
      .options({
        diff: textOption('diff', 'an earlier .cpuprofile: draw what changed since (html, svg)'),
        format: { ...choiceOption('format', FORMAT_NAMES, 'output format'), default: 'html' },
        out: textOption('out', 'file to write (default: name of the profile, in this folder)'),
        force: { type: 'boolean', default: false, describe: 'replace an existing file' },
      })
      .example('$0 flame busy.cpuprofile', 'a page to open in a browser')
      .example('$0 flame after.cpuprofile --diff before.cpuprofile', 'red grew, blue shrank')
      .example('$0 flame busy.cpuprofile --format pprof', 'for go tool pprof'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const file = String(args.file);
    const earlier = textArgument(args, 'diff');
    const name = String(args.format) as FormatName;
    const format: Format = FORMATS[name];
    if (earlier !== null && !format.canDiff) throw noDiffError(name);
    const out = resolve(textArgument(args, 'out') ?? `${basename(file, '.cpuprofile')}${format.extension}`);
    const force = flagArgument(args, 'force');
    refuseToOverwrite(out, force, earlier === null ? [file] : [file, earlier]);

    const content = await format.make(await readFlame(file, earlier, format, terminal.say));
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
  const tree = mergeWindows([now.profile]);
  const durationUs = now.profile.endTime - now.profile.startTime;
  const detail = `${tree.samples} samples`;
  if (earlier === null) {
    const fitting = mostFrames === undefined ? limits : { ...limits, maxDepth: depthOf(tree, mostFrames, file, note) };
    return { title: redactText(basename(file)), detail, root: buildFlame(tree, now.placeOf, fitting), durationUs };
  }
  const before = withoutSecrets(await readProfileFile(earlier, note));
  const beforeTree = mergeWindows([before.profile]);
  const base = commonBase(beforeTree, tree, { before: null, after: null });
  return {
    title: redactText(`${basename(file)} against ${basename(earlier)}, per second of CPU`),
    detail: `${detail}, ${beforeTree.samples} before`,
    root: buildFlameDiff(beforeTree, tree, base, eitherPlace(now, before), limits),
    durationUs,
  };
}

/** How deep its stacks are kept; said where that is not all. */
function depthOf({ parentOf }: CallTree, mostFrames: number, file: string, note: (text: string) => void): number {
  const { depth, deepest } = depthWithin(parentOf, mostFrames);
  if (depth < deepest)
    note(
      `${file}: its stacks are up to ${deepest} frames deep. This format repeats the whole stack for every sample, so what ` +
        `lies deeper than ${depth} frames is summed up in (other). --format speedscope keeps all.`,
    );
  return depth;
}

/** Names of functions and files go into every format: what is drawn from a profile is handed on, and so is what other tools read. */
function withoutSecrets({ profile, placeOf, ...file }: ProfileFile): ProfileFile {
  const nodes = profile.nodes.map(({ callFrame, ...node }) => ({
    ...node,
    callFrame: { ...callFrame, functionName: redactText(callFrame.functionName) },
  }));
  return { ...file, profile: { ...profile, nodes }, placeOf: (...position) => redacted(placeOf(...position)) };
}

/** A script that only one of the two knows is mapped by that one. */
function eitherPlace(now: ProfileFile, before: ProfileFile): ProfileFile['placeOf'] {
  const urls = new Set(now.profile.nodes.map(({ callFrame }) => callFrame.url));
  return (url, ...position) => (urls.has(url) ? now : before).placeOf(url, ...position);
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
