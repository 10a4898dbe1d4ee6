import type { RetainingPath } from '../../heap/paths/path-finder.ts';
import { ProfilerError } from '../../model/errors.ts';
import { EXIT } from '../../model/exit-codes.ts';
import { printable } from '../../model/printable.ts';
import type { PlaceOf } from '../../model/profiles.ts';
import { formatCount } from '../../model/units.ts';
import { localPlaces } from '../../session/local-places.ts';
import { type PathTarget, pathsTo } from '../../snapshot-stream/paths-to.ts';
import { stepText } from '../../words/path.ts';
import { flagArgument, numberArgument, terminalFor, textArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import { numberOption, textOption } from '../option-types.ts';
import { openNamed } from '../standard-streams.ts';
import { showProgress } from './progress.ts';

/** Who keeps an object, or the objects of a class, alive. */
export const retainersCommand: Command = () => ({
  command: 'retainers <file>',
  describe: 'show retaining paths from the root to an object, a class or the biggest objects',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: '.heapsnapshot, also compressed with gzip, brotli or zstd; - reads stdin',
      })
      .options({
        node: textOption('node', 'one object by its id: @12345'),
        class: textOption('class', 'all objects of a class, or functions of a name'),
        biggest: numberOption('biggest', 'the N objects that retain most', { min: 1, integer: true }),
        top: numberOption('top', 'how many different paths (default 10)', { min: 1, integer: true }),
        salvage: { type: 'boolean', describe: 'read the intact part of a damaged or truncated file' },
      })
      .example('$0 heap retainers service.heapsnapshot --class OrderAudit', 'what retains the OrderAudits'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const wanted = targetOf(args);
    const { path, release } = await openNamed(String(args.file));
    const paths = await pathsTo(path, wanted, {
      most: numberArgument(args, 'top') ?? 10,
      salvage: flagArgument(args, 'salvage'),
      onProgress: showProgress(terminal),
    }).finally(release);
    const placeOf = localPlaces(
      paths.flatMap(({ location }) => (location ? [location.scriptUrl] : [])),
      { note: terminal.say },
    );
    if (terminal.json) terminal.data({ schema: 'profiler-heap/1', paths: paths.map(toJson) });
    else terminal.print(paths.map((path) => toText(path, placeOf)).join('\n\n'));

    function toJson(path: RetainingPath): object {
      const { location } = path;
      return {
        ...path,
        source: location && placeOf(location.scriptUrl, location.line0, location.column0, location.functionName),
      };
    }
  },
});

function targetOf(args: Readonly<Record<string, unknown>>): PathTarget {
  const node = textArgument(args, 'node');
  const name = textArgument(args, 'class');
  const biggest = numberArgument(args, 'biggest');
  if ([node, name, biggest].filter((value) => value !== null).length !== 1) {
    throw usage('Give one of --node @ID, --class NAME, --biggest N.');
  }
  if (name !== null) return { class: name };
  if (biggest !== null) return { biggest };
  const id = Number(node?.replace(/^@/, ''));
  if (!Number.isInteger(id)) throw usage(`--node ${node} is not an id such as @12345.`);
  return { id };
}

function usage(message: string): ProfilerError {
  return new ProfilerError('usage', EXIT.usage, message, '`profiler heap summary` lists classes and ids.');
}

function toText({ id, words, objects, steps, location }: RetainingPath, placeOf: PlaceOf): string {
  const place = location && placeOf(location.scriptUrl, location.line0, location.column0, location.functionName);
  return [
    `${words} @${id}${objects > 1 ? ` and ${formatCount(objects - 1)} more like it` : ''}${place ? `   ${place.file}:${place.line}:${place.column}` : ''}`,
    ...steps.map((step, depth) => `${'  '.repeat(Math.min(depth + 1, 12))}${stepText(step)} @${step.id}`),
  ]
    .map(printable)
    .join('\n');
}
