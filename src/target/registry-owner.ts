import type { ProfilerError } from '../model/errors.ts';
import type { Milliseconds } from '../model/units.ts';
import { takeIn } from './inspector-error.ts';
import { commandOf } from './named-lock.ts';
import { readArguments, readProcLink, readStat } from './proc.ts';
import type { InspectorSession } from './session.ts';
import { targetBusy } from './target-lock.ts';
import {
  callInTarget,
  installIn,
  REGISTRY_EXPRESSION,
  type RegistryOwner,
  type RegistryState,
  readRegistry,
} from './target-registry.ts';

/** Without a word from the tool for 25 to 30 s the watchdog closes the inspector; for up to 60 s during a capture. */
export const WATCHDOG_TICK_MS = 5_000;
export const WATCHDOG_TICKS = 6;
export const WATCHDOG_TICKS_IN_CAPTURE = 11;

/** Of an owner that cannot be looked up (another container): silent for this long it counts as gone. */
const TICKS_OF_THE_DEAD = 3;

function ownMark(): RegistryOwner {
  return {
    pid: process.pid,
    startTicks: readStat('self')?.startTicks ?? 0,
    pidNamespace: readProcLink('self', 'ns/pid') ?? '',
  };
}

/** The registry in the target, if there is one, and whether another living tool holds it. */
export async function inspectRegistry(
  session: InspectorSession,
): Promise<{ readonly state: RegistryState | null; readonly heldByOther: boolean }> {
  const state = await session.evaluate<RegistryState | null>(callInTarget(readRegistry));
  return takeIn('Runtime.evaluate', () => ({ state, heldByOther: state !== null && isOtherAndAlive(state) }));
}

/**
 * Makes this tool the one that is attached: puts its mark and the watchdog into the target. Throws (exit 3) when another
 * instance is at work there. What a dead one left is taken over, with the duty to close what it opened.
 */
export async function claimTarget(
  session: InspectorSession,
  request: ClaimRequest,
): Promise<{ readonly openedByUs: boolean }> {
  const { state, heldByOther } = await inspectRegistry(session);
  if (state && heldByOther) throw heldBy(state);
  const openedByUs = request.openedByUs || (state?.openedByUs ?? false);
  await session.evaluateInTurn(install({ ...request, openedByUs }));
  return { openedByUs };
}

interface ClaimRequest {
  readonly openedByUs: boolean;
  readonly debugPort: number;
  readonly tickMs: Milliseconds;
}

/** For the first message to an inspector that we opened: until the watchdog runs, it would stay open without us. */
export function claimFresh(request: ClaimRequest): string {
  return `${REGISTRY_EXPRESSION} || ${install(request)}`;
}

function install({ openedByUs, debugPort, tickMs }: ClaimRequest): string {
  return installIn({ owner: ownMark(), openedByUs, debugPort, tickMs, tickLimit: WATCHDOG_TICKS });
}

function isOtherAndAlive({ owner, silentTicks }: RegistryState): boolean {
  const own = ownMark();
  if (owner.pidNamespace !== own.pidNamespace) return silentTicks < TICKS_OF_THE_DEAD;
  if (owner.pid === own.pid && owner.startTicks === own.startTicks) return false;
  const stat = readStat(owner.pid);
  return stat !== null && stat.state !== 'Z' && stat.startTicks === owner.startTicks;
}

/** Who it is that holds the target, as far as it can be looked up from here. */
export function heldBy({ owner }: RegistryState): ProfilerError {
  const isSeen = owner.pidNamespace === ownMark().pidNamespace;
  return targetBusy({ pid: owner.pid, command: isSeen ? commandOf(readArguments(owner.pid)) : '' });
}
