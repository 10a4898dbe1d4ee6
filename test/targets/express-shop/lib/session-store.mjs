import { randomBytes } from 'node:crypto';

/** Sessions in a dictionary by token; a sweep each second takes what has expired. */
export class SessionStore {
  constructor({ lifetimeMs, comparesSeconds }) {
    this.byToken = Object.create(null);
    this.lifetimeMs = lifetimeMs;
    this.comparesSeconds = comparesSeconds;
    this.sweeper = setInterval(() => this.sweep(), 1_000).unref();
  }

  create(user) {
    const session = {
      token: randomBytes(24).toString('hex'),
      user,
      csrf: randomBytes(16).toString('base64url'),
      expiresAtMs: Date.now() + this.lifetimeMs,
      flash: [],
      preferences: { language: 'en', currency: 'EUR', consent: ['necessary', 'statistics'] },
    };
    this.byToken[session.token] = session;
    return session;
  }

  sweep() {
    // The mistake: seconds on one side, milliseconds on the other. Nothing ever expires.
    const now = this.comparesSeconds ? Date.now() / 1_000 : Date.now();
    for (const token of Object.keys(this.byToken)) {
      if (this.byToken[token].expiresAtMs < now) delete this.byToken[token];
    }
  }

  close() {
    clearInterval(this.sweeper);
  }
}
