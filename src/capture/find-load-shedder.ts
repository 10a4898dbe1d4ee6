import { takeIn } from '../target/inspector-error.ts';
import type { InspectorSession } from '../target/session.ts';

/**
 * Packages that answer 503 while the event loop of their program is late. One that is bundled, or of the program itself, is
 * not seen.
 */
const SHEDDERS = /[/\\]node_modules[/\\]((?:@fastify[/\\])?under-pressure|overload-protection|toobusy(?:-js)?)[/\\]/;

/** It can be configured to answer 503 by `eventLoopUtilization()`. The others use only the delay of the loop. */
const READS_UTILIZATION = /under-pressure$/;

/**
 * Why no CPU profile is taken of a program with such a package; null where its windows do no harm. While V8's CPU profiler
 * runs, an idle program reads a utilization of 0.6 to 0.9 (Node 18 to 26), and a limit on it would be crossed because of us.
 */
export function whyNoCpuProfile(shedder: string | null): string | null {
  if (shedder === null || !READS_UTILIZATION.test(shedder)) return null;
  return `${shedder} may answer 503 by the utilization of the event loop, which reads too high while V8's CPU profiler runs (--cpu-window takes CPU profiles all the same)`;
}

/** What a program that sheds load has to expect of captures. */
export function shedderWords(shedder: string): string {
  return `the service has loaded ${shedder}, which answers 503 while the event loop is late: captures that pause it may make it do so (--pause-budget, --max-pause)`;
}

/** The package by which a program sheds load when its event loop is late; null if none has been loaded. */
export async function findLoadShedder(session: InspectorSession): Promise<string | null> {
  const found = await session.evaluate<string | null>(`(() => {
    const shedders = ${SHEDDERS};
    for (const file of Object.keys(require('node:module')._cache ?? {})) {
      const match = shedders.exec(file);
      if (match) return match[1];
    }
    return null;
  })()`);
  return takeIn('Runtime.evaluate', () => (found === null ? null : String(found).replaceAll('\\', '/')));
}
