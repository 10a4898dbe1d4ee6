import type { HeapObject, ObjectList, ObjectOrder } from '../../model/heap-answers.ts';
import { printable } from '../../model/printable.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { redactText } from '../../redact/redact-text.ts';
import { queryObjects } from '../../snapshot-stream/query-objects.ts';
import { flagArgument, numberArgument, terminalFor, textArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import { choiceOption, numberOption } from '../option-types.ts';
import { isDash, openNamed } from '../standard-streams.ts';
import { showProgress } from './progress.ts';
import { table } from './text-table.ts';

const ORDERS: readonly ObjectOrder[] = ['retained', 'shallow', 'id'];
const DEFAULT_TOP = 20;

/** Objects of a snapshot by class, size and package. */
export const queryCommand: Command = () => ({
  command: 'query <file> <expression>',
  describe: 'list objects by class, function, package, type and size',
  builder: (yargs) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: '.heapsnapshot, also packed by gzip, brotli or zstd; - reads stdin',
      })
      .positional('expression', {
        type: 'string',
        demandOption: true,
        describe:
          'terms that must all hold: class:NAME, class:/REGEX/, function:, package:, type:, id:@N, is:detached, retained>1MB, shallow<64KB; a word alone is part of the name of a class',
      })
      .options({
        sort: choiceOption('sort', ORDERS, 'order of the objects: largest, or newest id, first (default: retained)'),
        top: numberOption('top', `how many objects (default ${DEFAULT_TOP})`, { min: 1, max: 10_000, integer: true }),
        salvage: { type: 'boolean', describe: 'read the intact part of a damaged or truncated file' },
      })
      .example("$0 heap query service.heapsnapshot 'class:/Order/ retained>1MB'", 'large objects of some classes')
      .example("$0 heap query service.heapsnapshot 'package:lru-cache' --sort shallow", 'what a package keeps'),
  handler: async (args) => {
    const terminal = terminalFor(args);
    const { path: file, release } = await openNamed(String(args.file));
    const query = String(args.expression);
    const order = (textArgument(args, 'sort') ?? 'retained') as ObjectOrder;
    const most = numberArgument(args, 'top') ?? DEFAULT_TOP;
    const list = await queryObjects(
      file,
      { query, order, most },
      { onProgress: showProgress(terminal), salvage: flagArgument(args, 'salvage') },
    ).finally(release);
    if (terminal.json)
      terminal.data({ schema: 'profiler-heap/1', file: isDash(args.file) ? 'stdin' : file, query, ...list });
    else terminal.print(toText(list));
  },
});

function toText({ count, shallowBytes, objects }: ObjectList): string {
  const words = `${formatCount(count)} ${count === 1 ? 'object' : 'objects'}, ${formatBytes(shallowBytes)} shallow`;
  if (count === 0) return `${words}: nothing fits the query`;
  const left = count - objects.length;
  return [
    words,
    table(['object', 'id', 'package', 'shallow', 'retained'], objects.map(rowOf)),
    ...(left > 0 ? [`${formatCount(left)} more: list them with --top N`] : []),
  ].join('\n\n');
}

function rowOf({ id, words, package: name, shallowBytes, retainedBytes }: HeapObject): string[] {
  return [shown(words), `@${id}`, shown(name), formatBytes(shallowBytes), formatBytes(retainedBytes ?? 0)];
}

function shown(name: string): string {
  const text = printable(redactText(name));
  return text.length <= 56 ? text : `${text.slice(0, 28)}…${text.slice(-27)}`;
}
