import { fieldOf, variableOf } from './holders.ts';
import { LEAKING_SHARE, type Moment, type Population } from './synthetic-run.ts';

/** Requests of the name that keeps something. */
const keepers = ({ requests }: Moment): number => Math.floor(requests * LEAKING_SHARE);

const keepersAt = ({ requestsAt }: Moment, tMs: number): number => Math.floor(requestsAt(tMs) * LEAKING_SHARE);

export const leak = (bytesEach = 1100): Population => ({ suspect: { class: 'OrderAudit' }, bytesEach, count: keepers });

export const listeners: Population = {
  suspect: {
    class: 'Listener',
    holder: {
      container: 'listeners',
      event: 'checkpoint',
      api: 'event-emitter',
      on: { class: 'LedgerEvents', knownBy: null, owner: null },
    },
  },
  bytesEach: 240,
  count: keepers,
};

export const timers: Population = {
  suspect: { class: 'Timeout', holder: { container: 'timers', durationMs: 21_600_000 } },
  bytesEach: 420,
  count: keepers,
};

export const reactions: Population = {
  suspect: {
    class: 'PromiseReaction',
    holder: variableOf('shutdown.js', 'promise', 'closing'),
  },
  bytesEach: 320,
  count: keepers,
};

export const buffers: Population = {
  suspect: { class: 'Buffer', holder: fieldOf('PayloadStaging', 'set', 'staged') },
  bytesEach: 160,
  externalEach: 4096,
  count: keepers,
};

/** Full after `max`, evicting since. */
export const bounded = (max: number): Population => ({
  suspect: { class: 'CachedReceipt' },
  bytesEach: 8000,
  count: (moment) => Math.min(max, keepers(moment)),
});

export const expiring = (ttlMs: number): Population => ({
  suspect: { class: 'RecentProof' },
  bytesEach: 900,
  count: (moment) => keepers(moment) - keepersAt(moment, moment.tMs - ttlMs),
});

/** Tables that the first requests build, and no more. */
export const warmUp: Population = {
  suspect: { class: 'RiskTable' },
  bytesEach: 100_000,
  count: (moment) => Math.min(40, keepers(moment)),
};

export const batch = (everyMs: number): Population => ({
  suspect: { class: 'AuditLine' },
  bytesEach: 600,
  count: (moment) => keepers(moment) - keepersAt(moment, Math.floor(moment.tMs / everyMs) * everyMs),
});

/** A registry of a limited number of names: new ones become rare. */
export const registry = (names: number): Population => ({
  suspect: { class: 'DeviceEntry' },
  bytesEach: 700,
  count: (moment) => names * (1 - Math.exp(-keepers(moment) / names)),
});
