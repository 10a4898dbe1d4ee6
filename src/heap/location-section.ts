import type { LocationRows } from './heap-graph.ts';
import { RowSection } from './row-section.ts';
import type { SnapshotLayout } from './snapshot-layout.ts';

/** The section `locations`: some per cent of the nodes, so plain arrays and the careful way will do. */
export class LocationSection extends RowSection {
  private readonly layout: SnapshotLayout['location'];
  private readonly nodeFields: number;
  private readonly nodeCount: number;
  private readonly columns: [number[], number[], number[], number[]] = [[], [], [], []];

  constructor(layout: SnapshotLayout, nodeCount: number) {
    super('locations', Math.max(1, layout.location.fields));
    this.layout = layout.location;
    this.nodeFields = layout.node.fields;
    this.nodeCount = nodeCount;
  }

  protected override fast(_bytes: Uint8Array, start: number): number {
    return start;
  }

  /** A location of no node is left out: nothing depends on it. */
  protected override store(row: readonly number[]): void {
    this.rows++;
    const ordinal = row[this.layout.object]! / this.nodeFields;
    if (!Number.isInteger(ordinal) || ordinal >= this.nodeCount) return;
    const [node, script, line, column] = this.columns;
    node.push(ordinal);
    script.push(row[this.layout.script]!);
    line.push(row[this.layout.line]!);
    column.push(row[this.layout.column]!);
  }

  take(): LocationRows {
    const [node, script, line, column] = this.columns.map((values) => Uint32Array.from(values));
    return { count: node!.length, node: node!, script: script!, line: line!, column: column! };
  }
}
