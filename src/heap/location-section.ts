import type { LocationRows } from './heap-graph.ts';
import { RowSection, readRow } from './row-section.ts';
import type { SnapshotLayout } from './snapshot-layout.ts';

/** The section `locations`. How many there are stands nowhere, so the columns grow. */
export class LocationSection extends RowSection {
  private readonly layout: SnapshotLayout['location'];
  private readonly nodeFields: number;
  private readonly nodeCount: number;
  private readonly scratch: Int32Array;
  private count = 0;
  /** Node, script, line and column of each row, one after the other. */
  private values = new Uint32Array(new SharedArrayBuffer(4 << 12));

  constructor(layout: SnapshotLayout, nodeCount: number) {
    super('locations', Math.max(1, layout.location.fields));
    this.layout = layout.location;
    this.nodeFields = layout.node.fields;
    this.nodeCount = nodeCount;
    this.scratch = new Int32Array(this.fields);
  }

  protected override fast(bytes: Uint8Array, start: number, limit: number): number {
    const { scratch, fields } = this;
    let at = start;
    while (at < limit) {
      const next = readRow(bytes, at, scratch, fields);
      if (next < 0) break;
      this.store(scratch);
      at = next;
    }
    return at;
  }

  /** A location of no node is left out: nothing depends on it. */
  protected override store(row: ArrayLike<number>): void {
    this.rows++;
    const { layout } = this;
    const ordinal = (row[layout.object]! >>> 0) / this.nodeFields;
    if (!Number.isInteger(ordinal) || ordinal >= this.nodeCount) return;
    const at = this.count++ * 4;
    if (at === this.values.length) this.grow();
    this.values[at] = ordinal;
    this.values[at + 1] = row[layout.script]!;
    this.values[at + 2] = row[layout.line]!;
    this.values[at + 3] = row[layout.column]!;
  }

  private grow(): void {
    const larger = new Uint32Array(new SharedArrayBuffer(this.values.byteLength * 2));
    larger.set(this.values);
    this.values = larger;
  }

  take(): LocationRows {
    return { count: this.count, values: this.values };
  }
}
