import { RowSection } from './row-section.ts';
import { damaged } from './snapshot-error.ts';
import type { SnapshotLayout } from './snapshot-layout.ts';

const LARGEST = 0xffffffff;

export interface NodeColumns {
  readonly nodeType: Uint8Array;
  readonly nodeName: Uint32Array;
  readonly nodeId: Uint32Array;
  readonly selfSize: Uint32Array;
  readonly detachedness: Uint8Array;
  /** Edges before node i; one longer than the nodes. */
  readonly firstEdge: Uint32Array;
}

export function allocateNodes(count: number): NodeColumns {
  return {
    nodeType: new Uint8Array(new SharedArrayBuffer(count)),
    nodeName: new Uint32Array(new SharedArrayBuffer(count * 4)),
    nodeId: new Uint32Array(new SharedArrayBuffer(count * 4)),
    selfSize: new Uint32Array(new SharedArrayBuffer(count * 4)),
    detachedness: new Uint8Array(new SharedArrayBuffer(count)),
    firstEdge: new Uint32Array(new SharedArrayBuffer((count + 1) * 4)),
  };
}

/** The section `nodes`, straight into columns. */
export class NodeSection extends RowSection {
  readonly columns: NodeColumns;
  private readonly layout: SnapshotLayout['node'];
  private readonly capacity: number;
  private readonly scratch: Int32Array;
  private edges = 0;

  constructor(layout: SnapshotLayout, columns: NodeColumns) {
    super('nodes', layout.node.fields);
    this.layout = layout.node;
    this.columns = columns;
    this.capacity = columns.nodeType.length;
    this.scratch = new Int32Array(layout.node.fields);
  }

  protected override fast(bytes: Uint8Array, start: number, limit: number, offset: number): number {
    const { nodeType, nodeName, nodeId, selfSize, detachedness, firstEdge } = this.columns;
    const { type, name, id, selfSize: size, edgeCount, detachedness: detached, types } = this.layout;
    const { fields, scratch, capacity } = this;
    let row = this.rows;
    let edges = this.edges;
    let at = start;
    while (at < limit && row < capacity) {
      const rowStart = at;
      let byte = 0;
      let tooLong = false;
      for (let field = 0; field < fields; field++) {
        byte = bytes[at++]!;
        while (byte < 48) byte = bytes[at++]!;
        if (byte > 57) {
          byte = 256;
          break;
        }
        const first = at;
        let value = byte - 48;
        byte = bytes[at++]!;
        // 32-bit arithmetic that wraps is exact for the ids up to 2^32 that native nodes have.
        while (byte >= 48 && byte <= 57) {
          value = (Math.imul(value, 10) + byte - 48) | 0;
          byte = bytes[at++]!;
        }
        if (at - first > 10) tooLong = true;
        at--;
        scratch[field] = value;
      }
      // What is not a row of plain numbers (the end of the section, damage, sizes past 2^32) is left to the careful way.
      if (byte === 256 || tooLong) {
        at = rowStart;
        break;
      }
      nodeType[row] = types[scratch[type]! & 255]!;
      nodeName[row] = scratch[name]!;
      nodeId[row] = scratch[id]!;
      selfSize[row] = scratch[size]!;
      if (detached >= 0) detachedness[row] = scratch[detached]! & 3;
      firstEdge[row] = edges;
      edges += scratch[edgeCount]!;
      row++;
    }
    if (edges > LARGEST) throw damaged(this.name, offset + at, 'more edges than a snapshot can have');
    this.rows = row;
    this.edges = edges;
    firstEdge[row] = edges;
    return at;
  }

  protected override store(row: readonly number[], offset: number): void {
    if (this.rows >= this.capacity) throw damaged(this.name, offset, 'more nodes than `node_count` says');
    const { columns, layout, rows } = this;
    const name = row[layout.name]!;
    const id = row[layout.id]!;
    this.edges += row[layout.edgeCount]!;
    if (name > LARGEST || id > LARGEST || this.edges > LARGEST)
      throw damaged(this.name, offset, 'a number is too large');
    columns.nodeType[rows] = layout.types[row[layout.type]! & 255]!;
    columns.nodeName[rows] = name;
    columns.nodeId[rows] = id;
    columns.selfSize[rows] = Math.min(LARGEST, row[layout.selfSize]!);
    if (layout.detachedness >= 0) columns.detachedness[rows] = row[layout.detachedness]! & 3;
    columns.firstEdge[rows + 1] = this.edges;
    this.rows++;
  }
}
