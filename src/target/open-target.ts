import type { AttachOptions } from './attach.ts';
import { attach } from './attach.ts';
import { attachToAddress } from './attach-to-address.ts';
import type { Attachment } from './attachment.ts';
import { findTarget } from './find-target.ts';
import { type StartedCommand, type StartOptions, startCommand } from './start-command.ts';
import type { TargetSpec } from './target-spec.ts';

export interface OpenTarget {
  readonly attachment: Attachment;
  /** The command that we started, and have to stop; null when the target was there before us. */
  readonly command: StartedCommand | null;
}

/** From what the user wrote to a connection: finds or starts the process and attaches to it. Rejects with a ProfilerError. */
export async function openTarget(
  spec: TargetSpec,
  options: AttachOptions & StartOptions & { readonly allowRemote?: boolean } = {},
): Promise<OpenTarget> {
  if ('inspect' in spec) return { attachment: await attachToAddress(spec.inspect, options), command: null };
  if (!('command' in spec)) return { attachment: await attach(findTarget(spec), options), command: null };
  const command = await startCommand(spec.command, options);
  try {
    return { attachment: await attach(command.facts, options), command };
  } catch (error) {
    await command.stop();
    throw error;
  }
}
