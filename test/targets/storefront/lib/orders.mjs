const WORDS = ['oak', 'table', 'lamp', 'linen', 'glass', 'brass', 'chair', 'shelf', 'green', 'white'];

/** Orders of a shop, made up but the same in each run. */
export function makeOrders(count) {
  return Array.from({ length: count }, (_, index) => ({
    order: `o-${index}`,
    customer: { id: `c-${index % 97}`, city: WORDS[index % 7], since: 2000 + (index % 25) },
    lines: [0, 1, 2].map((line) => ({
      article: `${WORDS[(index + line) % 10]} ${WORDS[(index * 3 + line) % 10]}`,
      amount: 1 + ((index + line) % 4),
      price: (index * 37 + line * 11) % 900,
    })),
  }));
}

/** All orders as text, written anew when one is added. */
export class OrderExport {
  #orders;
  #text = null;

  constructor(orders) {
    this.#orders = orders;
  }

  text() {
    this.#text ??= JSON.stringify(this.#orders);
    return this.#text;
  }
}

export function exportOrders(orders) {
  return JSON.stringify({ exportedAt: new Date().toISOString(), orders });
}
