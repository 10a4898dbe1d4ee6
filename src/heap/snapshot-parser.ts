import { allocateEdges, type EdgeColumns, EdgeSection } from './edge-section.ts';
import type { HeapGraph, LocationRows } from './heap-graph.ts';
import type { TextScanner } from './kernel/text-scanner.ts';
import { LocationSection } from './location-section.ts';
import { allocateNodes, NodeSection } from './node-section.ts';
import type { EdgePiece, ParsedTail } from './parsed-tail.ts';
import { SkippedRows } from './skipped-rows.ts';
import { damaged, notASnapshot, truncated } from './snapshot-error.ts';
import { readLayout, type SnapshotLayout } from './snapshot-layout.ts';
import { StringSection } from './string-section.ts';
import { type StringColumns, StringTable } from './string-table.ts';
import { ValueSkipper } from './value-skipper.ts';

const HEADER_LIMIT = 1 << 20;
const KEY_LIMIT = 256;
const WHITE_SPACE: ReadonlySet<number> = new Set([9, 10, 13, 32]);
/** A row of a node takes at least two bytes per field, so a header cannot claim more rows than the file has room for. */
const LEAST_BYTES_PER_FIELD = 2;

interface Section {
  readonly name: string;
  readonly ended: boolean;
  read(bytes: Uint8Array, start: number, end: number, offset: number): number;
}

export interface ParseOptions {
  readonly scanner: TextScanner;
  /** Size of the uncompressed file, null if unknown before the end. */
  readonly sizeBytes: number | null;
  /** Take what is there of a damaged or truncated file. */
  readonly salvage?: boolean;
  /** Step over edges and locations, for what needs none: the graph has none then. */
  readonly withoutEdges?: boolean;
  /**
   * Room for so many edges more than the header says, as a share: for a second thread that cannot know yet where its rows
   * belong.
   */
  readonly spareEdgesShare?: number;
}

/** Where a second thread begins: in the middle of the edges, at the first byte of a row. */
export interface TailStart {
  readonly layout: SnapshotLayout;
  readonly columns: EdgeColumns;
  /** Where in the columns to put the rows for now. */
  readonly firstRow: number;
  readonly offset: number;
}

/**
 * Reads a .heapsnapshot from chunks of any size into columns. No JSON.parse but for the header, no object a node.
 *
 *   {"snapshot":{meta, counts},"nodes":[…],"edges":[…],…,"locations":[…],"strings":[…]}
 *
 * Sections may come in any order but that `snapshot` must be first and `nodes` before what refers to them.
 */
export class SnapshotParser {
  private readonly options: ParseOptions;
  private layout: SnapshotLayout | null = null;
  private nodes: NodeSection | null = null;
  private edges: EdgeSection | null = null;
  private locations: LocationSection | null = null;
  private strings: StringSection | null = null;
  private section: Section | null = null;
  private header: ValueSkipper | null = null;
  /** What is between two sections, up to the first character of a value: `,"edges":[`. */
  private between = '';
  private finished = false;
  private offset = 0;
  private nodesOffset = 0;
  private stringsOffset = 0;
  private failure: Error | null = null;

  /** @param tail begin there instead of at the first byte of the file */
  constructor(options: ParseOptions, tail: TailStart | null = null) {
    this.options = options;
    if (!tail) return;
    this.layout = tail.layout;
    this.locations = new LocationSection(tail.layout, tail.layout.nodeCount, options.scanner);
    this.edges = new EdgeSection(tail.layout, tail.columns, tail.layout.nodeCount, options.scanner, tail.firstRow);
    this.section = this.edges;
    this.offset = tail.offset;
  }

  /** What a second thread must know to read the tail: known once the nodes begin, null before. */
  get started(): { readonly layout: SnapshotLayout; readonly edges: EdgeColumns; readonly nodesOffset: number } | null {
    const { layout, edges, nodesOffset } = this;
    return layout && edges && nodesOffset > 0 ? { layout, edges: edges.columns, nodesOffset } : null;
  }

  /** Within edges that nobody wants. */
  get isStepping(): boolean {
    return this.section instanceof SkippedRows && this.section.name === 'edges';
  }

  /** Leaves out so many bytes of edges that nobody wants. */
  stepOver(bytes: number): void {
    this.offset += bytes;
  }

  /** Throws a ProfilerError if the file is damaged; with `salvage`, ignores everything after the damage. */
  write(chunk: Uint8Array): void {
    let at = 0;
    try {
      while (at < chunk.length && !this.finished && !this.failure) at = this.step(chunk, at);
      if (this.finished && !this.failure) refuseMore(chunk, at, this.offset);
    } catch (error) {
      if (!this.options.salvage || !this.layout) throw error;
      this.failure = error as Error;
    }
    this.offset += chunk.length;
  }

  private step(chunk: Uint8Array, at: number): number {
    const offset = this.offset + at;
    if (!this.section) return this.readBetween(chunk, at, offset);
    const next = this.section.read(chunk, at, chunk.length, offset);
    if (this.section.ended) {
      if (this.section === this.header) this.startGraph(this.header.text(), offset);
      this.section = null;
      this.between = '';
    }
    return next;
  }

  private readBetween(chunk: Uint8Array, at: number, offset: number): number {
    const char = String.fromCharCode(chunk[at]!);
    if (this.between.length > KEY_LIMIT)
      throw this.layout
        ? damaged('between sections', offset, 'no section starts')
        : notASnapshot('it does not begin with `{"snapshot":`');
    if (char === '}' && this.layout) {
      this.finished = true;
      return at + 1;
    }
    const key = /^[\s,{]*"([^"\\]*)"\s*:\s*$/.exec(this.between)?.[1];
    if (key === undefined || /\s/.test(char)) {
      this.between += char;
      return at + 1;
    }
    this.section = this.open(key, char, offset);
    // Sections of rows and strings begin after their bracket; skipped values need theirs to count depth.
    return this.section instanceof ValueSkipper ? at : at + 1;
  }

  private open(key: string, char: string, offset: number): Section {
    if (key === 'snapshot') {
      if (this.layout) throw damaged(key, offset, 'the section stands there twice');
      this.header = new ValueSkipper('snapshot', HEADER_LIMIT);
      return this.header;
    }
    if (!this.layout) throw notASnapshot('it does not begin with `{"snapshot":`');
    const isArray = char === '[';
    if (this.options.withoutEdges && isArray && (key === 'edges' || key === 'locations')) return new SkippedRows(key);
    if (key === 'nodes' && isArray) {
      this.nodesOffset = offset + 1;
      return this.need(this.nodes, key, offset);
    }
    if (key === 'edges' && isArray) {
      return this.need(this.edges, key, offset);
    }
    if (key === 'locations' && isArray && this.layout.location.fields > 0)
      return this.need(this.locations, key, offset);
    if (key === 'strings' && isArray) {
      if (this.strings) throw damaged(key, offset, 'the section stands there twice');
      const { sizeBytes } = this.options;
      this.stringsOffset = offset + 1;
      this.strings = new StringSection(
        sizeBytes === null ? 1 << 20 : Math.max(0, sizeBytes - offset),
        this.options.scanner,
      );
      return this.strings;
    }
    return new ValueSkipper(key, 0);
  }

  private need<Part extends Section>(section: Part | null, key: string, offset: number): Part {
    if (!section || section.ended) throw damaged(key, offset, 'the section stands there twice');
    return section;
  }

  private startGraph(text: string, offset: number): void {
    const layout = readLayout(text, offset);
    const { nodeCount, edgeCount } = this.capacity(layout);
    const { scanner } = this.options;
    this.layout = layout;
    this.nodes = new NodeSection(layout, allocateNodes(nodeCount), scanner);
    this.edges = new EdgeSection(
      layout,
      allocateEdges(Math.ceil(edgeCount * (1 + (this.options.spareEdgesShare ?? 0)))),
      nodeCount,
      scanner,
    );
    this.locations = new LocationSection(layout, nodeCount, scanner);
  }

  /** What the header says, but no more than the file has room for: a damaged header must not reserve gigabytes. */
  private capacity(layout: SnapshotLayout): { nodeCount: number; edgeCount: number } {
    const { sizeBytes } = this.options;
    const room = (fields: number): number =>
      sizeBytes === null ? Number.POSITIVE_INFINITY : Math.ceil(sizeBytes / (fields * LEAST_BYTES_PER_FIELD));
    return {
      nodeCount: Math.min(layout.nodeCount, room(layout.node.fields)),
      edgeCount: this.options.withoutEdges ? 0 : Math.min(layout.edgeCount, room(layout.edge.fields)),
    };
  }

  /** After the last chunk: the graph. Throws a ProfilerError if the file is not whole, unless `salvage`. */
  end(): HeapGraph {
    const { layout, nodes, edges, locations } = this;
    if (!layout || !nodes || !edges || !locations)
      throw notASnapshot(this.offset === 0 ? 'the file is empty' : 'it has no header');
    const strings = this.strings ?? new StringSection(0, this.options.scanner);
    const damage = this.damageOf(layout, nodes, edges, strings);
    if (!this.options.salvage && damage.length > 0) {
      throw this.finished
        ? damaged('nodes and edges', this.offset, damage[0]!)
        : truncated(this.whereItEnds(), this.offset);
    }
    const { firstEdge } = nodes.columns;
    const edgeCount = edges.rows;
    if (damage.length > 0 || this.options.withoutEdges) {
      for (let node = 0; node <= nodes.rows; node++) firstEdge[node] = Math.min(firstEdge[node]!, edgeCount);
      dropEdgesToMissingNodes(edges, nodes.rows);
    }
    return this.graphOf(edgeCount, strings.take(), locations.take(), this.stringsOffset, damage);
  }

  /** Of the second thread, which began at `firstRow`, after the last chunk. */
  takeTail(firstRow: number): ParsedTail {
    const { edges, locations, strings } = this;
    return {
      pieces: [{ firstRow, rows: edges!.rows - firstRow }],
      locations: locations!.take(),
      strings: (strings ?? new StringSection(0, this.options.scanner)).take(),
      stringsOffset: this.stringsOffset,
      isWhole: this.finished && this.failure === null && strings?.ended === true,
    };
  }

  /** Of the second thread, where it was given nothing but rows of edges; null if they do not end with a whole row. */
  takePiece(firstRow: number): EdgePiece | null {
    const { edges } = this;
    return edges && !edges.ended && edges.isBetweenRows ? { firstRow, rows: edges.rows - firstRow } : null;
  }

  /**
   * Of the first thread, when it came to where the second began: the graph, or null if the two do not fit together.
   * Its edges are all in place only after `placeTail`; whoever needs none may use it before.
   */
  endWithTail(tail: ParsedTail): HeapGraph | null {
    const { layout, nodes, edges, locations } = this;
    if (!layout || !nodes || !edges || locations?.ended || !tail.isWhole) return null;
    let rows = edges.rows;
    let standsUpTo = rows;
    for (const piece of tail.pieces) {
      if (piece.firstRow < standsUpTo) return null;
      rows += piece.rows;
      standsUpTo = piece.firstRow + piece.rows;
    }
    const isComplete =
      nodes.rows === layout.nodeCount &&
      rows === layout.edgeCount &&
      nodes.columns.firstEdge[nodes.rows] === layout.edgeCount;
    if (!isComplete || hasMissingNames(nodes, tail.strings.count)) return null;
    return this.graphOf(layout.edgeCount, tail.strings, tail.locations, tail.stringsOffset, []);
  }

  /** Moves the edges of the second thread to where they belong. */
  placeTail({ pieces }: ParsedTail): void {
    const { rows, columns } = this.edges!;
    let to = rows;
    for (const piece of pieces) {
      moveBytes(columns.edgeType, to, piece.firstRow, piece.rows);
      moveWords(columns.edgeName, to, piece.firstRow, piece.rows);
      moveWords(columns.edgeTo, to, piece.firstRow, piece.rows);
      to += piece.rows;
    }
  }

  private graphOf(
    edgeCount: number,
    strings: StringColumns,
    locations: LocationRows,
    stringsOffset: number,
    damage: readonly string[],
  ): HeapGraph {
    const nodes = this.nodes!;
    return {
      layout: this.layout!,
      nodeCount: nodes.rows,
      edgeCount,
      ...trimmed(nodes.columns, nodes.rows),
      ...trimmed(this.edges!.columns, edgeCount),
      firstEdge: nodes.columns.firstEdge.subarray(0, nodes.rows + 1),
      strings: new StringTable(strings),
      locations,
      stringsOffset,
      damage,
    };
  }

  private whereItEnds(): string {
    return this.section?.name ?? 'between sections';
  }

  private damageOf(layout: SnapshotLayout, nodes: NodeSection, edges: EdgeSection, strings: StringSection): string[] {
    const found: string[] = [];
    if (this.failure) found.push(this.failure.message);
    else if (!this.finished)
      found.push(`the file ends at byte ${this.offset}, within section \`${this.whereItEnds()}\``);
    if (nodes.rows !== layout.nodeCount) found.push(`${nodes.rows} of ${layout.nodeCount} nodes are there`);
    if (strings.ended && hasMissingNames(nodes, strings.count))
      found.push(`nodes are named by strings that are not there: ${strings.count} strings are there`);
    if (!strings.ended) found.push(`the string table is not whole: ${strings.count} strings are there`);
    if (this.options.withoutEdges) return found;
    if (edges.rows !== layout.edgeCount) found.push(`${edges.rows} of ${layout.edgeCount} edges are there`);
    const owned = nodes.columns.firstEdge[nodes.rows]!;
    if (owned !== edges.rows) found.push(`the nodes own ${owned} edges, ${edges.rows} are there`);
    return found;
  }
}

function hasMissingNames({ columns, rows }: NodeSection, strings: number): boolean {
  const { nodeName } = columns;
  for (let node = 0; node < rows; node++) if (nodeName[node]! >= strings) return true;
  return false;
}

/** A file is one snapshot: what follows is another, or damage. */
function refuseMore(chunk: Uint8Array, start: number, offset: number): void {
  for (let at = start; at < chunk.length; at++)
    if (!WHITE_SPACE.has(chunk[at]!))
      throw damaged('behind the end', offset + at, 'the snapshot is over, and something follows');
}

/** As `copyWithin`, which on shared memory moves byte by byte and takes ten times as long. */
function moveWords(column: Uint32Array, to: number, from: number, count: number): void {
  for (let row = 0; row < count; row++) column[to + row] = column[from + row]!;
}

/** The same once more, since a function that meets one kind of array only is compiled to twice the speed. */
function moveBytes(column: Uint8Array, to: number, from: number, count: number): void {
  for (let row = 0; row < count; row++) column[to + row] = column[from + row]!;
}

function trimmed<Columns extends object>(columns: Columns, rows: number): Columns {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]: [string, Uint8Array | Uint32Array]) => [
      name,
      column.subarray(0, rows),
    ]),
  ) as Columns;
}

/**
 * Of a truncated `nodes` section the edges may still name nodes that never came: they become edges to the root, and weak.
 */
function dropEdgesToMissingNodes(edges: EdgeSection, nodeCount: number): void {
  const { edgeTo, edgeType } = edges.columns;
  for (let edge = 0; edge < edges.rows; edge++) {
    if (edgeTo[edge]! < nodeCount) continue;
    edgeTo[edge] = 0;
    edgeType[edge] = 6;
  }
}
