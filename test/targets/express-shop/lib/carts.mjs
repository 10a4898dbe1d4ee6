import { randomUUID } from 'node:crypto';

class CartLine {
  constructor(article, count) {
    this.article = article;
    this.count = count;
    this.notes = `gift wrap: none; engraving: none; delivery window for ${article}: any`;
    this.addedAt = new Date();
  }
}

class Cart {
  constructor(guest, agent) {
    this.id = randomUUID();
    this.guest = guest;
    this.agent = agent;
    this.lines = [];
    this.prices = new Float64Array(32).map((_, index) => index / 7);
  }

  put(article, count) {
    this.lines.push(new CartLine(article, count));
  }
}

export class Carts {
  #open = new Map();
  #forgetsGuests;

  constructor({ forgetsGuests }) {
    this.#forgetsGuests = forgetsGuests;
  }

  open(guest, agent) {
    const cart = new Cart(guest, agent);
    this.#open.set(cart.id, cart);
    return cart;
  }

  checkOut(cart) {
    const receipt = { cart: cart.id, lines: cart.lines.length, total: cart.prices[cart.lines.length] };
    if (this.#forgetsGuests) this.#open.delete(cart.id);
    return receipt;
  }
}
