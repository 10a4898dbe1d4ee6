import { createHash } from 'node:crypto';

class TrailEntry {
  constructor(action, previous) {
    this.action = action;
    this.at = new Date();
    this.previous = previous;
    this.hash = createHash('sha256')
      .update(`${previous?.hash ?? previous}${action}`)
      .digest('hex');
    this.reviewers = new Array(12).fill(null);
  }
}

/** A chain of hashes. An entry needs the hash before it, not the entry before it. */
export class AuditTrail {
  constructor({ linksBack }) {
    this.linksBack = linksBack;
    this.last = null;
  }

  append(action) {
    this.last = new TrailEntry(action, this.linksBack ? this.last : (this.last?.hash ?? null));
    return this.last.hash;
  }
}
