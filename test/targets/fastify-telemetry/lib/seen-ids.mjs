/** Ids of events that came already. Two generations: what was not seen for two of them is forgotten. */
export class SeenIds {
  constructor({ forgets, generationMs }) {
    this.forgets = forgets;
    this.generationMs = generationMs;
    this.young = new Set();
    this.old = new Set();
    this.turnAtMs = Date.now() + generationMs;
  }

  isNew(id) {
    this.turn();
    if (this.young.has(id) || this.old.has(id)) return false;
    this.young.add(id);
    return true;
  }

  turn() {
    if (!this.forgets || Date.now() < this.turnAtMs) return;
    this.old = this.young;
    this.young = new Set();
    this.turnAtMs = Date.now() + this.generationMs;
  }
}
