import { type HeapdumpBackend, prepareHeapdump } from '../capture/addons/heapdump-snapshot.ts';
import { loadAddon, siteOf } from '../capture/addons/load-addon.ts';
import type { AddonChoice } from '../model/addon.ts';
import { ProfilerError } from '../model/errors.ts';
import type { Attachment } from '../target/attachment.ts';
import type { InspectorSession } from '../target/session.ts';
import type { RunLog } from './run-log.ts';

/** Path of v8-profiler-next in the target, loaded; null if the inspector records. */
export async function cpuAddonOf(attachment: Attachment, choice: AddonChoice | null = null): Promise<string | null> {
  if (choice === null) return null;
  return loadAddon('v8-profiler-next', { session: attachment.session, site: siteOf(attachment), ...choice });
}

/** Null if the inspector takes the snapshots. */
export async function heapdumpOf(
  attachment: Attachment,
  session: InspectorSession,
  choice: AddonChoice | null = null,
): Promise<HeapdumpBackend | null> {
  return choice === null ? null : prepareHeapdump({ session, site: siteOf(attachment), ...choice });
}

/** A service that came back on another Node is soaked on, by the inspector. */
export async function unlessLater<Value>(
  segment: number,
  log: RunLog,
  load: () => Promise<Value | null>,
): Promise<Value | null> {
  try {
    return await load();
  } catch (error) {
    if (segment === 0 || !(error instanceof ProfilerError)) throw error;
    log.event({ type: 'note', detail: `the inspector records from here on: ${error.message}` });
    return null;
  }
}
