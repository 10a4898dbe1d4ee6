import type { TextScanner } from './kernel/text-scanner.ts';
import { RowSection } from './row-section.ts';
import { damaged } from './snapshot-error.ts';
import type { SnapshotLayout } from './snapshot-layout.ts';

const LARGEST = 0xffffffff;
/**
 * All addresses that a process can have: what is larger is no size. Sizes are kept up to 4 GiB, as one buffer seldom is
 * larger.
 */
const LARGEST_SIZE = 2 ** 47;

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
  private edges = 0;

  constructor(layout: SnapshotLayout, columns: NodeColumns, scanner: TextScanner) {
    super('nodes', layout.node.fields, scanner);
    this.layout = layout.node;
    this.columns = columns;
    this.capacity = columns.nodeType.length;
  }

  protected override takeRows(numbers: Uint32Array, rows: number): number {
    const { nodeType, nodeName, nodeId, selfSize, detachedness, firstEdge } = this.columns;
    const { type, name, id, selfSize: size, edgeCount, detachedness: detached, types } = this.layout;
    const { fields } = this;
    const end = this.rows + Math.min(rows, this.capacity - this.rows);
    let { edges } = this;
    let row = this.rows;
    for (let at = 0; row < end; row++, at += fields) {
      nodeType[row] = types[numbers[at + type]! & 255]!;
      nodeName[row] = numbers[at + name]!;
      nodeId[row] = numbers[at + id]!;
      selfSize[row] = numbers[at + size]!;
      // Almost never anything but the 0 that stands there: not to write it leaves the memory untouched.
      if (detached >= 0 && numbers[at + detached] !== 0) detachedness[row] = numbers[at + detached]! & 3;
      edges += numbers[at + edgeCount]!;
      if (edges > LARGEST) break;
      firstEdge[row + 1] = edges;
    }
    const taken = row - this.rows;
    this.rows = row;
    this.edges = firstEdge[row]!;
    return taken;
  }

  protected override store(row: readonly number[], offset: number): void {
    if (this.rows >= this.capacity) throw damaged(this.name, offset, 'more nodes than `node_count` says');
    const { columns, layout, rows } = this;
    const name = row[layout.name]!;
    const id = row[layout.id]!;
    this.edges += row[layout.edgeCount]!;
    if (name > LARGEST || id > LARGEST || this.edges > LARGEST || row[layout.selfSize]! > LARGEST_SIZE)
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
