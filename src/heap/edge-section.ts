import type { TextScanner } from './kernel/text-scanner.ts';
import { RowSection } from './row-section.ts';
import { damaged } from './snapshot-error.ts';
import type { SnapshotLayout } from './snapshot-layout.ts';

export interface EdgeColumns {
  readonly edgeType: Uint8Array;
  readonly edgeName: Uint32Array;
  readonly edgeTo: Uint32Array;
}

export function allocateEdges(count: number): EdgeColumns {
  return {
    edgeType: new Uint8Array(new SharedArrayBuffer(count)),
    edgeName: new Uint32Array(new SharedArrayBuffer(count * 4)),
    edgeTo: new Uint32Array(new SharedArrayBuffer(count * 4)),
  };
}

/** The section `edges`, straight into columns. `to_node` is an index into the flat node array: here it becomes an ordinal. */
export class EdgeSection extends RowSection {
  readonly columns: EdgeColumns;
  private readonly layout: SnapshotLayout['edge'];
  private readonly nodeFields: number;
  private readonly nodeCount: number;
  private readonly capacity: number;

  /** @param firstRow where in the columns to begin */
  constructor(
    layout: SnapshotLayout,
    columns: EdgeColumns,
    nodeCount: number,
    scanner: TextScanner,
    firstRow: number = 0,
  ) {
    super('edges', layout.edge.fields, scanner);
    this.layout = layout.edge;
    this.nodeFields = layout.node.fields;
    this.nodeCount = nodeCount;
    this.columns = columns;
    this.capacity = columns.edgeType.length;
    this.rows = firstRow;
  }

  protected override takeRows(numbers: Uint32Array, rows: number): number {
    const { edgeType, edgeName, edgeTo } = this.columns;
    const { type, name, to, types } = this.layout;
    const { fields, nodeFields, nodeCount } = this;
    const ordinalsPerIndex = 1 / nodeFields;
    const end = this.rows + Math.min(rows, this.capacity - this.rows);
    let row = this.rows;
    for (let at = 0; row < end; row++, at += fields) {
      // An exact multiple: the product is within rounding of a whole number, so a half up and down is safe.
      const index = numbers[at + to]!;
      const ordinal = (index * ordinalsPerIndex + 0.5) >>> 0;
      if (ordinal >= nodeCount || ordinal * nodeFields !== index) break;
      edgeType[row] = types[numbers[at + type]! & 255]!;
      edgeName[row] = numbers[at + name]!;
      edgeTo[row] = ordinal;
    }
    const taken = row - this.rows;
    this.rows = row;
    return taken;
  }

  protected override store(row: readonly number[], offset: number): void {
    if (this.rows >= this.capacity) throw damaged(this.name, offset, 'more edges than `edge_count` says');
    const { columns, layout, rows, nodeFields, nodeCount } = this;
    const ordinal = row[layout.to]! / nodeFields;
    if (!Number.isInteger(ordinal) || ordinal >= nodeCount) throw damaged(this.name, offset, 'an edge to no node');
    columns.edgeType[rows] = layout.types[row[layout.type]! & 255]!;
    columns.edgeName[rows] = row[layout.name]!;
    columns.edgeTo[rows] = ordinal;
    this.rows++;
  }
}
