import { join } from 'node:path';
import { SourceCollector } from '../capture/source-collector.ts';
import { createPlaceOf } from '../cpu/place-of.ts';
import { makeTemporaryFolder } from '../files/temporary-folder.ts';
import type { CpuProfile, PlaceOf } from '../model/profiles.ts';
import { readSourceMaps } from '../record/read-profiles.ts';
import type { Attachment } from '../target/attachment.ts';

/**
 * By the source maps of the attached target: those beside its scripts, as it sees its files, and those it has loaded. `letGo` is
 * called as soon as nothing more is asked of it.
 */
export async function placesOfScripts(
  { nodes }: CpuProfile,
  { facts, session }: Attachment,
  { note, letGo }: { readonly note: (text: string) => void; readonly letGo: () => Promise<unknown> },
): Promise<PlaceOf> {
  const { dir, remove } = makeTemporaryFolder();
  try {
    const collector = new SourceCollector({ pid: () => facts.pid, folder: join(dir, 'sources'), onUnusable: note });
    const found = await collector.collect(nodes.map(({ callFrame }) => callFrame.url));
    const scripts = await collector.addLoadedMaps(found, session);
    // To decode them takes long: a service that ends meanwhile would wait for us.
    await letGo();
    return createPlaceOf(scripts, await readSourceMaps({ dir, manifest: { scripts } }, note), note);
  } finally {
    remove();
  }
}
