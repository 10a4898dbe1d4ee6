/** One alert a key, some time after the last cause of it. */
export class Debouncer {
  constructor({ delayMs }) {
    this.delayMs = delayMs;
    this.timers = new Map();
  }

  schedule(key, alert) {
    clearTimeout(this.timers.get(key));
    const timer = setTimeout(() => {
      this.timers.delete(key);
      this.lastSent = alert;
    }, this.delayMs);
    this.timers.set(key, timer);
    return this.timers.size;
  }

  close() {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }
}
