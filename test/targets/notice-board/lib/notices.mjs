/** Notices in the order in which they came. */
export class Notices {
  #notices = [];

  add(text) {
    this.#notices.push({ id: this.#notices.length + 1, text, atMs: Date.now(), read: false });
    // The oldest are archived; far more than anybody reads stay.
    if (this.#notices.length > 50_000) this.#notices.splice(0, 25_000);
    return this.#notices.length;
  }

  all() {
    return this.#notices;
  }

  page(size) {
    return this.#notices.slice(-size);
  }
}
