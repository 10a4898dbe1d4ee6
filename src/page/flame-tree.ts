import type { PageFlame } from '../model/page-data.ts';

type Meta = Pick<PageFlame, 'unit' | 'id' | 'title' | 'detail' | 'names' | 'places' | 'sample'> & {
  readonly isDifference: boolean;
};

/** Twenty bits for the function: 2^33 nodes fit into a number then. */
const FUNCTIONS = 2 ** 20;

/** A call tree that grows by stacks. The same function called from the same node is one node. Node 0 is the root. */
export class FlameTree {
  readonly #name: number[];
  readonly #place: number[];
  readonly #parent: number[] = [-1];
  readonly #value: number[] = [0];
  readonly #before: number[] = [0];
  readonly #known = new Map<number, number>();
  readonly #functions = new Map<number, number>();

  /** `name` and `place` of the root. */
  constructor(name: number, place: number) {
    this.#name = [name];
    this.#place = [place];
  }

  /** The child of `parent` for a function, with this weight added. */
  add(parent: number, name: number, place: number, value: number, before: number): number {
    const call = parent * FUNCTIONS + this.#functionOf(name, place);
    let node = this.#known.get(call);
    if (node === undefined) {
      node = this.#parent.push(parent) - 1;
      this.#name.push(name);
      this.#place.push(place);
      this.#value.push(0);
      this.#before.push(0);
      this.#known.set(call, node);
    }
    this.weigh(node, value, before);
    return node;
  }

  weigh(node: number, value: number, before: number): void {
    this.#value[node] = (this.#value[node] ?? 0) + value;
    this.#before[node] = (this.#before[node] ?? 0) + before;
  }

  /** Laid out for drawing: children from the left edge of their parent, heaviest first. Iterative: stacks may be deep. */
  layOut({ isDifference, ...meta }: Meta): PageFlame {
    const children = this.#children();
    const out = {
      name: [] as number[],
      place: [] as number[],
      depth: [] as number[],
      start: [] as number[],
      value: [] as number[],
      self: [] as number[],
      before: [] as number[],
    };
    const stack = [{ node: 0, depth: 0, start: 0 }];
    for (let at = stack.pop(); at; at = stack.pop()) {
      const { node, depth, start } = at;
      const own = children[node] ?? [];
      const value = this.#value[node] ?? 0;
      out.name.push(this.#name[node] ?? 0);
      out.place.push(this.#place[node] ?? 0);
      out.depth.push(depth);
      out.start.push(start);
      out.value.push(value);
      out.before.push(this.#before[node] ?? 0);
      out.self.push(
        Math.max(
          0,
          own.reduce((rest, child) => rest - (this.#value[child] ?? 0), value),
        ),
      );
      let next = start;
      const placed = own.map((child) => {
        const place = { node: child, depth: depth + 1, start: next };
        next += this.#value[child] ?? 0;
        return place;
      });
      stack.push(...placed.reverse());
    }
    const { before, ...columns } = out;
    return { ...meta, ...columns, before: isDifference ? before : null, dropped: 0 };
  }

  /** Children with weight, heaviest first; what has gone weighs what it was. */
  #children(): number[][] {
    const children: number[][] = this.#parent.map(() => []);
    for (let node = 1; node < this.#parent.length; node++) {
      if (this.#weight(node) > 0) children[this.#parent[node] ?? 0]?.push(node);
    }
    for (const own of children) own.sort((a, b) => this.#weight(b) - this.#weight(a) || a - b);
    return children;
  }

  #weight(node: number): number {
    return Math.max(this.#value[node] ?? 0, this.#before[node] ?? 0);
  }

  #functionOf(name: number, place: number): number {
    const key = name * FUNCTIONS + place;
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    this.#functions.set(key, this.#functions.size);
    return this.#functions.size - 1;
  }
}
