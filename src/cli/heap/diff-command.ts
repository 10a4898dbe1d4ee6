import { statSync } from 'node:fs';
import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';
import type { HeapGrowth, HeapSuspect } from '../../model/heap-growth.ts';
import { printable } from '../../model/printable.ts';
import type { PlaceOf } from '../../model/profiles.ts';
import { shellWord } from '../../model/shell-word.ts';
import { inOrderOfTime } from '../../model/snapshot-times.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { localPlaces } from '../../session/local-places.ts';
import { classChangesOf } from '../../snapshot-stream/class-changes-of.ts';
import { growthOf } from '../../snapshot-stream/growth-of.ts';
import type { SnapshotHelper } from '../../snapshot-stream/snapshot-helper.ts';
import { holderText } from '../../words/holder.ts';
import { pathText } from '../../words/path.ts';
import { formatPlace } from '../../words/place.ts';
import { type Arguments, flagArgument, terminalFor, textArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import { textOption } from '../option-types.ts';
import { openAllNamed } from '../standard-streams.ts';
import { classChangesJson, classChangesText } from './class-changes-text.ts';
import { placeFor, suspectFinding } from './diff-finding.ts';
import { showProgress } from './progress.ts';
import { takeAhead } from './read-ahead.ts';
import { signed, table } from './text-table.ts';

/**
 * What grew over two or more snapshots, and what holds it.
 *
 * @param ahead where a file that may be the first is being read already
 */
export const diffCommand =
  (ahead: SnapshotHelper | null): Command =>
  () => ({
    command: 'diff <files..>',
    describe: 'what grew over two or more snapshots: ranked suspects with retaining paths',
    builder: (yargs) =>
      yargs
        .positional('files', {
          type: 'string',
          array: true,
          demandOption: true,
          describe:
            'snapshots, oldest first (those of one process that Node or heapdump named are sorted by the times in their names); - reads stdin',
        })
        .options({
          requests: textOption('requests', 'requests served between the snapshots: N,N'),
          classes: {
            type: 'boolean',
            describe: 'compare two snapshots by object id and class only: no suspects, no paths, much faster',
          },
          salvage: { type: 'boolean', describe: 'read the intact part of damaged or truncated files' },
        })
        .example(
          '$0 heap diff 1.heapsnapshot 2.heapsnapshot 3.heapsnapshot --requests 1000,1000',
          'with objects per request',
        )
        .example('$0 heap diff 1.heapsnapshot 2.heapsnapshot --classes', 'which classes grew (fast)'),
    handler: async (args) => {
      const terminal = terminalFor(args);
      const given = (args.files as readonly unknown[]).map(String);
      const { paths, release } = await openAllNamed(given);
      const files = inOrderOfTime(paths);
      if (files.some((file, index) => file !== paths[index]))
        terminal.say(`compared in the order of the times in their names: ${files.join(', ')}`);
      const reversed = reversedPair(files);
      if (reversed !== null) terminal.say(reversed);
      if (flagArgument(args, 'classes')) return diffClasses(files, args, ahead).finally(release);
      const growth = await growthOf(files, {
        requests: cumulative(textArgument(args, 'requests'), files.length),
        salvage: flagArgument(args, 'salvage'),
        onProgress: showProgress(terminal),
      }).finally(release);
      const placeOf = localPlaces(scriptsOf(growth.suspects), { variables: true, note: terminal.say });
      if (terminal.json) terminal.data(toJson(growth, placeOf));
      else terminal.print(toText(growth, placeOf));
    },
  });

/** A warning where a file was written before the one that is named ahead of it: what grew would be called shrunk. */
function reversedPair(files: readonly string[]): string | null {
  const times = files.map(writtenAtMs);
  const at = times.findIndex((time, index) => index > 0 && time < (times[index - 1] ?? time));
  if (at < 1) return null;
  const [before, after] = [files[at - 1], files[at]].map((file) => shellWord(file ?? ''));
  return (
    `warning: ${after} was written before ${before}. Snapshots are compared oldest first: in this order growth looks like ` +
    `shrinking. If the times of the files are right: profiler heap diff ${oldestFirst(files, times).map(shellWord).join(' ')}`
  );
}

function oldestFirst(files: readonly string[], times: readonly number[]): string[] {
  const order = files.map((_, index) => index).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
  return order.map((index) => files[index] ?? '');
}

/** The reader reports what cannot be read. A pipe has no time of its own. */
function writtenAtMs(file: string): number {
  const facts = statSync(file, { throwIfNoEntry: false });
  return facts === undefined || facts.nlink === 0 ? Number.NaN : facts.mtimeMs;
}

async function diffClasses(files: readonly string[], args: Arguments, ahead: SnapshotHelper | null): Promise<void> {
  const [before, after, ...others] = files;
  if (before === undefined || after === undefined || others.length > 0) {
    throw new ProfilerError(
      'not-two-snapshots',
      EXIT.usage,
      `--classes compares two snapshots, not ${files.length}`,
      'Give two files, or omit --classes.',
    );
  }
  const terminal = terminalFor(args);
  const options = { salvage: flagArgument(args, 'salvage'), onProgress: showProgress(terminal) };
  const changes = await classChangesOf(before, after, options, takeAhead(ahead, before));
  if (terminal.json) terminal.data(classChangesJson(files, changes));
  else terminal.print(classChangesText(changes));
}

/** `1000,1000` between three snapshots: 0, 1000, 2000 in all. */
function cumulative(text: string | null, snapshots: number): (number | null)[] {
  if (text === null) return new Array<null>(snapshots).fill(null);
  const between = text.split(',').map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (between.length !== snapshots - 1 || between.some(Number.isNaN)) {
    throw new ProfilerError(
      'requests-do-not-fit',
      EXIT.usage,
      `--requests ${text} does not fit ${snapshots} snapshots`,
      `Give ${snapshots - 1} counts, separated by commas: the requests served between one snapshot and the next.`,
    );
  }
  const totals = [0];
  for (const count of between) totals.push(totals.at(-1)! + count);
  return totals;
}

function scriptsOf(suspects: readonly HeapSuspect[]): string[] {
  return suspects.flatMap(({ anchorLocation, classLocation }) =>
    [anchorLocation, classLocation].flatMap((location) => (location ? [location.scriptUrl] : [])),
  );
}

function toJson(growth: HeapGrowth, placeOf: PlaceOf): object {
  return {
    schema: 'profiler-heap/1',
    comparison: growth.comparison,
    comparisonReason: growth.comparisonReason,
    snapshots: growth.snapshots.map(({ file, nodes, edges, totalShallowBytes: bytes }) => ({
      file,
      nodes,
      edges,
      bytes,
    })),
    constructors: growth.classes.map(({ class: name, counts, shallowBytes, retainedBytes }) => ({
      class: name,
      count: counts.at(-1),
      shallowBytes: shallowBytes.at(-1),
      retainedBytes: retainedBytes.at(-1),
      countDelta: counts.at(-1)! - counts[0]!,
      retainedDelta: retainedBytes.at(-1)! - retainedBytes[0]!,
    })),
    findings: growth.suspects.map((suspect, index) => suspectFinding(suspect, index, growth, placeOf)),
  };
}

function toText(growth: HeapGrowth, placeOf: PlaceOf): string {
  const grown = growth.classes
    .map(({ class: name, counts, retainedBytes }) => ({
      name,
      objects: counts.at(-1)! - counts[0]!,
      bytes: retainedBytes.at(-1)! - retainedBytes[0]!,
    }))
    .filter(({ objects, bytes }) => objects !== 0 || bytes !== 0)
    .slice(0, 15);
  return [
    `${growth.snapshots.length} snapshots, ${formatBytes(growth.growthBytes)} of growth; ${growth.comparisonReason}`,
    growth.suspects.length === 0
      ? 'No suspect: no long-lived object holds more than before.'
      : growth.suspects.map((suspect, index) => suspectText(suspect, index, placeOf)).join('\n\n'),
    table(
      ['constructor', 'objects', 'retained'],
      grown.map(({ name, objects, bytes }) => [
        printable(name),
        signed(formatCount(objects)),
        signed(formatBytes(bytes)),
      ]),
    ),
  ].join('\n\n');
}

function suspectText(suspect: HeapSuspect, index: number, placeOf: PlaceOf): string {
  const { class: name, holder, counts, bytes, shareOfGrowth, objectsPerRequest, boundHints } = suspect;
  const place = placeFor(suspect, placeOf);
  return [
    `${index + 1}. ${name} held by ${holderText(holder)}: ${Math.round(shareOfGrowth * 100)} % of the growth`,
    `   objects ${counts.map(formatCount).join(' | ')}   bytes ${bytes.map(formatBytes).join(' | ')}`,
    ...(objectsPerRequest === null ? [] : [`   ${objectsPerRequest.toFixed(2)} objects a request`]),
    ...(place ? [`   ${formatPlace(place)} ${place.function}`.trimEnd()] : []),
    ...pathText(suspect.path).map((line, depth) => `   ${'  '.repeat(Math.min(depth, 12))}${line}`),
    ...(boundHints.length === 0 ? [] : [`   the holder shows a bound: ${boundHints.join(', ')}`]),
  ]
    .map(printable)
    .join('\n');
}
