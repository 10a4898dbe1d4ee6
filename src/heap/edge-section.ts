import { RowSection, readRow } from './row-section.ts';
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
  private readonly scratch: Int32Array;
  private readonly isUsual: boolean;

  /** @param firstRow where in the columns to begin */
  constructor(layout: SnapshotLayout, columns: EdgeColumns, nodeCount: number, firstRow: number = 0) {
    super('edges', layout.edge.fields);
    this.layout = layout.edge;
    this.nodeFields = layout.node.fields;
    this.nodeCount = nodeCount;
    this.columns = columns;
    this.capacity = columns.edgeType.length;
    this.scratch = new Int32Array(Math.max(3, layout.edge.fields));
    this.rows = firstRow;
    const { type, name, to, fields } = layout.edge;
    this.isUsual = fields === 3 && type === 0 && name === 1 && to === 2;
  }

  protected override fast(bytes: Uint8Array, start: number, limit: number): number {
    return this.isUsual ? this.fastUsual(bytes, start, limit) : this.fastAny(bytes, start, limit);
  }

  /** The layout of all versions of V8 so far, type (one digit), name, target: by hand, since half of a file is edges. */
  private fastUsual(bytes: Uint8Array, start: number, limit: number): number {
    const { edgeType, edgeName, edgeTo } = this.columns;
    const { types } = this.layout;
    const { capacity, nodeFields, nodeCount } = this;
    const ordinalsPerIndex = 1 / nodeFields;
    let row = this.rows;
    let at = start;
    while (at < limit && row < capacity) {
      let next = at;
      let byte = bytes[next++]!;
      while (byte < 48) byte = bytes[next++]!;
      const type = byte - 48;
      byte = bytes[next++]!;
      if (type > 9 || byte !== 44) break;
      byte = bytes[next++]!;
      let name = byte - 48;
      const isNumber = byte >= 48 && byte <= 57;
      byte = bytes[next++]!;
      while (byte >= 48 && byte <= 57) {
        name = (Math.imul(name, 10) + byte - 48) | 0;
        byte = bytes[next++]!;
      }
      if (byte !== 44 || !isNumber) break;
      byte = bytes[next++]!;
      let index = byte - 48;
      if (byte < 48 || byte > 57) break;
      byte = bytes[next++]!;
      while (byte >= 48 && byte <= 57) {
        index = (Math.imul(index, 10) + byte - 48) | 0;
        byte = bytes[next++]!;
      }
      const ordinal = ((index >>> 0) * ordinalsPerIndex + 0.5) >>> 0;
      if (ordinal >= nodeCount || Math.imul(ordinal, nodeFields) !== index) break;
      edgeType[row] = types[type]!;
      edgeName[row] = name;
      edgeTo[row] = ordinal;
      row++;
      at = next - 1;
    }
    this.rows = row;
    return at;
  }

  private fastAny(bytes: Uint8Array, start: number, limit: number): number {
    const { edgeType, edgeName, edgeTo } = this.columns;
    const { type, name, to, types } = this.layout;
    const { fields, scratch, capacity, nodeFields, nodeCount } = this;
    const ordinalsPerIndex = 1 / nodeFields;
    let row = this.rows;
    let at = start;
    while (at < limit && row < capacity) {
      const next = readRow(bytes, at, scratch, fields);
      if (next < 0) break;
      // An exact multiple: the product is within rounding of a whole number, so a half up and down is safe.
      const index = scratch[to]! >>> 0;
      const ordinal = (index * ordinalsPerIndex + 0.5) >>> 0;
      if (ordinal >= nodeCount || ordinal * nodeFields !== index) break;
      edgeType[row] = types[scratch[type]! & 255]!;
      edgeName[row] = scratch[name]!;
      edgeTo[row] = ordinal;
      row++;
      at = next;
    }
    this.rows = row;
    return at;
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
