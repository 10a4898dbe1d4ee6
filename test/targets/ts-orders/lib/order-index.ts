export interface Order {
  readonly customer: string;
  readonly article: string;
  readonly pieces: number;
  readonly notes: readonly string[];
  readonly placedAt: Date;
}

class IndexedOrder<T extends Order> {
  readonly number: string;
  readonly order: T;
  readonly words: readonly string[];

  constructor(number: string, order: T) {
    this.number = number;
    this.order = order;
    this.words = `${order.customer} ${order.article} ${order.notes.join(' ')}`.split(' ');
  }
}

/** Finds fresh orders by their number. `lifetimeMs` null: an order stays, though nobody asks for it any more. */
export class OrderIndex<T extends Order> {
  readonly #lifetimeMs: number | null;
  readonly #sweeper: NodeJS.Timeout;
  private readonly byNumber = new Map<string, IndexedOrder<T>>();
  private count = 0;

  constructor(options: { readonly lifetimeMs: number | null }) {
    this.#lifetimeMs = options.lifetimeMs;
    this.#sweeper = setInterval(() => this.sweep(), 500);
  }

  add(order: T): string {
    this.count += 1;
    const number = `order-${this.count}`;
    this.byNumber.set(number, new IndexedOrder(number, order));
    return number;
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  private sweep(): void {
    if (this.#lifetimeMs === null) return;
    const oldest = Date.now() - this.#lifetimeMs;
    for (const [number, { order }] of this.byNumber) {
      if (order.placedAt.getTime() > oldest) return;
      this.byNumber.delete(number);
    }
  }
}
