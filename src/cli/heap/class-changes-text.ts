import { type ClassChanges, TRUSTED_IDS } from '../../heap/class-changes.ts';
import { printable } from '../../model/printable.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import { signed, table } from './text-table.ts';

const MOST_ROWS = 25;

/** How the two snapshots could be compared, in a sentence. */
function comparisonOf({ sameClass }: ClassChanges): { comparison: 'ids' | 'class'; comparisonReason: string } {
  if (sameClass === null)
    return { comparison: 'class', comparisonReason: 'the snapshots have no object ids in common: compared by class' };
  const share = `${Math.floor(sameClass * 1000) / 10} % of the common object ids keep their class`;
  return sameClass >= TRUSTED_IDS
    ? { comparison: 'ids', comparisonReason: `${share}: new and removed objects are identified by their ids` }
    : { comparison: 'class', comparisonReason: `only ${share}: counted by class` };
}

export function classChangesText(changes: ClassChanges): string {
  const rows = changes.classes.filter(
    ({ countDelta, shallowDelta, added }) => countDelta !== 0 || shallowDelta !== 0 || (added ?? 0) > 0,
  );
  const byIds = comparisonOf(changes).comparison === 'ids';
  return [
    comparisonOf(changes).comparisonReason,
    table(
      ['constructor', 'objects', ...(byIds ? ['new', 'gone'] : []), 'shallow'],
      rows
        .slice(0, MOST_ROWS)
        .map(({ class: name, countDelta, added, removed, shallowDelta }) => [
          printable(name),
          signed(formatCount(countDelta)),
          ...(byIds ? [formatCount(added ?? 0), formatCount(removed ?? 0)] : []),
          signed(formatBytes(shallowDelta)),
        ]),
    ),
  ].join('\n\n');
}

export function classChangesJson(files: readonly string[], changes: ClassChanges): object {
  return {
    schema: 'profiler-heap/1',
    ...comparisonOf(changes),
    snapshots: changes.snapshots.map((totals, index) => ({ file: files[index], ...totals })),
    // Retained sizes need the edges, which are not read here.
    constructors: changes.classes.map((row) => ({ ...row, retainedBytes: null, retainedDelta: null })),
    findings: [],
  };
}
