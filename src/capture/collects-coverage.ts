import type { InspectorSession } from '../target/session.ts';

/** Why such a program is not profiled. */
export const COVERAGE_ENDS =
  'the service collects code coverage (NODE_V8_COVERAGE), which V8 ends for the whole process when a CPU profiler releases it';

/**
 * Whether a program counts what of it is run (`NODE_V8_COVERAGE`, c8). What another session of
 * the program counts by itself cannot be seen from here.
 */
export async function collectsCoverage(session: InspectorSession): Promise<boolean> {
  return (await session.evaluate<boolean>('Boolean(process.env.NODE_V8_COVERAGE)')) === true;
}
