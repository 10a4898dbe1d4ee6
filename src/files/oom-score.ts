import { readFileSync, writeFileSync } from 'node:fs';

const OWN_SCORE = '/proc/self/oom_score_adj';
/** With it a process is the first to be killed, however small it is. */
const FIRST_TO_GO = '1000';
/** What this process was started with. */
const INHERITED = readScore();

/**
 * Where memory runs out, the kernel kills this process and what it starts, and never the service beside it: a tool that was
 * started in the container of the service (`docker exec`) lives under the same limit. Raising needs no rights. Elsewhere than
 * on Linux nothing happens.
 */
export function goFirstWhenMemoryRunsOut(): void {
  writeScore(FIRST_TO_GO);
}

/** Starts what is no part of this tool, a service: it is to be killed no sooner than without us. `start` must be synchronous. */
export function startAsOthersAre<Started>(start: () => Started): Started {
  const own = readScore();
  if (INHERITED === null || own === null || own === INHERITED) return start();
  writeScore(INHERITED);
  try {
    return start();
  } finally {
    writeScore(own);
  }
}

function readScore(): string | null {
  try {
    return readFileSync(OWN_SCORE, 'utf8').trim();
  } catch {
    return null;
  }
}

function writeScore(score: string): void {
  try {
    writeFileSync(OWN_SCORE, score);
  } catch {
    // No Linux, or a /proc that nobody may write to.
  }
}
