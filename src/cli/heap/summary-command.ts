import type { PackageRow } from '../../model/heap-answers.ts';
import { printable } from '../../model/printable.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { redactText } from '../../redact/redact-text.ts';
import { sumByPackage } from '../../snapshot-stream/query-objects.ts';
import type { SnapshotHelper } from '../../snapshot-stream/snapshot-helper.ts';
import { type SnapshotSummary, summariseSnapshot } from '../../snapshot-stream/summarise-snapshot.ts';
import { flagArgument, numberArgument, terminalFor, textArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import { choiceOption, numberOption } from '../option-types.ts';
import { isDash, openNamed } from '../standard-streams.ts';
import { showProgress } from './progress.ts';
import { takeAhead } from './read-ahead.ts';
import { table } from './text-table.ts';

/**
 * What is in a snapshot, and what retains it.
 *
 * @param ahead where a file that may be the one is being read already
 */
export const summaryCommand =
  (ahead: SnapshotHelper | null): Command =>
  () => ({
    command: 'summary <file>',
    describe: 'show nodes, sizes, constructors by retained size, biggest dominators',
    builder: (yargs) =>
      yargs
        .positional('file', {
          type: 'string',
          demandOption: true,
          describe: '.heapsnapshot, also compressed with gzip, brotli or zstd; - reads stdin',
        })
        .options({
          by: choiceOption('by', ['class', 'package'], 'what to sum up (default: class)'),
          top: numberOption('top', 'lines of each table (default 20)', { min: 1, integer: true }),
          salvage: { type: 'boolean', describe: 'read the intact part of a damaged or truncated file' },
        })
        .example('$0 heap summary service.heapsnapshot', 'what keeps the objects alive')
        .example('$0 heap summary service.heapsnapshot --by package', 'what the packages keep'),
    handler: async (args) => {
      const terminal = terminalFor(args);
      const { path: file, release } = await openNamed(String(args.file));
      const options = { onProgress: showProgress(terminal), salvage: flagArgument(args, 'salvage') };
      const top = numberArgument(args, 'top') ?? 20;
      if (textArgument(args, 'by') === 'package') {
        const packages = await sumByPackage(file, options).finally(release);
        if (terminal.json)
          terminal.data({ schema: 'profiler-heap/1', file: isDash(args.file) ? 'stdin' : file, packages });
        else terminal.print(packagesText(packages, top));
        return;
      }
      const read = await summariseSnapshot(file, options, takeAhead(ahead, file)).finally(release);
      const summary = isDash(args.file) ? { ...read, file: 'stdin' } : read;
      for (const what of summary.damage) terminal.say(`not whole: ${what}`);
      if (terminal.json) terminal.data(toJson(summary));
      else terminal.print(toText(summary, top));
    },
  });

function toJson(summary: SnapshotSummary): object {
  const { file, nodes, edges, totalBytes, constructors, biggest, duplicateStrings, closures, systemShare } = summary;
  return {
    schema: 'profiler-heap/1',
    snapshots: [{ file, nodes, edges, bytes: totalBytes }],
    constructors,
    findings: [],
    biggest,
    duplicateStrings,
    closures,
    systemShare,
    damage: summary.damage,
  };
}

function toText(summary: SnapshotSummary, top: number): string {
  const { constructors, biggest, duplicateStrings: duplicates, closures } = summary;
  return [
    `${printable(summary.file)}: ${formatCount(summary.nodes)} objects, ${formatCount(summary.edges)} references, ${formatBytes(summary.totalBytes)}, ${Math.round(summary.systemShare * 100)} % of it the engine's own`,
    table(
      ['constructor', 'objects', 'shallow', 'retained'],
      constructors
        .slice(0, top)
        .map((row) => [
          shown(row.class),
          formatCount(row.count),
          formatBytes(row.shallowBytes),
          formatBytes(row.retainedBytes),
        ]),
    ),
    table(
      ['biggest object', 'id', 'shallow', 'retained'],
      biggest
        .slice(0, top)
        .map((row) => [shown(row.words), `@${row.id}`, formatBytes(row.shallowBytes), formatBytes(row.retainedBytes)]),
    ),
    table(
      ['functions created', 'closures', 'shallow'],
      closures
        .slice(0, top)
        .map((row) => [
          shown(`${row.functionName || '(anonymous)'} ${row.scriptUrl}:${row.line0 + 1}`, 76),
          formatCount(row.count),
          formatBytes(row.shallowBytes),
        ]),
    ),
    `strings that are there more than once: ${formatCount(duplicates.strings)}, ${formatBytes(duplicates.wastedBytes)} would be saved`,
  ].join('\n\n');
}

function packagesText(packages: readonly PackageRow[], top: number): string {
  const rows = packages
    .slice(0, top)
    .map((row) => [
      shown(row.package),
      formatCount(row.objects),
      formatBytes(row.shallowBytes),
      formatBytes(row.retainedBytes),
      shown(row.classes.map(({ class: name }) => name).join(', '), 76),
    ]);
  return table(['package', 'objects', 'shallow', 'retained', 'most of it'], rows);
}

function shown(name: string, width: number = 56): string {
  const text = printable(redactText(name));
  return text.length <= width ? text : `${text.slice(0, width / 2)}…${text.slice(1 - width / 2)}`;
}
