import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Under this name a file grows; readers ignore it. */
export function partPath(path: string): string {
  return `${path}.part`;
}

/** Writes a whole file (0600) so that under its own name there is always the old or the new one, never a half. */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const part = partPath(path);
  try {
    const file = await open(part, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(part, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw error;
  }
}

/** Gives a file that was written under its `.part` name its own name, and makes both durable. */
export async function publishPart(path: string): Promise<void> {
  const file = await open(partPath(path), 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(partPath(path), path);
  await syncFolder(dirname(path));
}

/** A rename is durable once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
