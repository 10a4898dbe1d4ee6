import { setTimeout as sleep } from 'node:timers/promises';
import { RuntimeProbe } from '../capture/runtime-probe.ts';
import type { Clock } from '../model/clock.ts';
import type { RouteCount } from '../model/run-event.ts';
import type { Milliseconds } from '../model/units.ts';
import type { Attachment } from '../target/attachment.ts';

export interface WatchRoutesOptions {
  readonly clock: Clock;
  readonly durationMs: Milliseconds;
  readonly stop: AbortSignal;
}

/** The requests that a service gets in a period, by route: words of their paths stay, values are `{id}`. */
export async function watchRoutes(
  { session }: Attachment,
  { clock, durationMs, stop }: WatchRoutesOptions,
): Promise<readonly RouteCount[]> {
  const probe = await RuntimeProbe.install(session, { clock, httpProbes: true });
  try {
    await sleep(durationMs, undefined, { signal: stop }).catch(() => {});
    return await probe.readRoutes();
  } finally {
    if (session.isOpen) await probe.remove().catch(() => {});
  }
}
