import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type ProcessFacts, readProcessFacts } from '../../src/target/process-facts.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { type StartedTarget, startTarget } from '../target/start-target.ts';

/** Options of Node that load it. */
export const AGENT: readonly string[] = ['--import', 'soak-profiler/agent'];

export interface WithAgent {
  readonly target: StartedTarget;
  /** Where its agent has its folder. */
  readonly base: string;
}

export async function startWithAgent(
  context: TestContext,
  script: string,
  options: Parameters<typeof startTarget>[2] = {},
): Promise<WithAgent> {
  const base = temporaryFolder(context);
  const env = { ...options.env, TMPDIR: base, XDG_RUNTIME_DIR: '' };
  const target = await startTarget(context, script, { nodeFlags: AGENT, ...options, env });
  return { target, base };
}

export function doorOf({ pid }: Pick<ProcessFacts, 'pid'>): string {
  const door = readProcessFacts(pid)?.agentDoor;
  assert.ok(door, 'no agent');
  return door;
}

export async function ask({ port }: StartedTarget, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return response.text();
}
