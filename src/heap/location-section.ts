import type { LocationRows } from './heap-graph.ts';
import type { TextScanner } from './kernel/text-scanner.ts';
import { RowSection } from './row-section.ts';
import type { SnapshotLayout } from './snapshot-layout.ts';

/** The section `locations`. How many there are is not recorded, so the columns grow. */
export class LocationSection extends RowSection {
  private readonly layout: SnapshotLayout['location'];
  private readonly nodeFields: number;
  private readonly nodeCount: number;
  private count = 0;
  /** Node, script, line and column of each row, in order. */
  private values = new Uint32Array(new SharedArrayBuffer(4 << 12));

  constructor(layout: SnapshotLayout, nodeCount: number, scanner: TextScanner) {
    super('locations', Math.max(1, layout.location.fields), scanner);
    this.layout = layout.location;
    this.nodeFields = layout.node.fields;
    this.nodeCount = nodeCount;
  }

  protected override takeRows(numbers: Uint32Array, rows: number): number {
    for (let row = 0; row < rows; row++) this.keep(numbers, row * this.fields);
    return rows;
  }

  protected override store(row: readonly number[]): void {
    this.keep(row, 0);
  }

  /** A location of no node is left out: nothing depends on it. */
  private keep(numbers: ArrayLike<number>, start: number): void {
    this.rows++;
    const { layout } = this;
    const ordinal = numbers[start + layout.object]! / this.nodeFields;
    if (!Number.isInteger(ordinal) || ordinal >= this.nodeCount) return;
    const at = this.count++ * 4;
    if (at === this.values.length) this.grow();
    this.values[at] = ordinal;
    this.values[at + 1] = numbers[start + layout.script]!;
    this.values[at + 2] = numbers[start + layout.line]!;
    this.values[at + 3] = numbers[start + layout.column]!;
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
