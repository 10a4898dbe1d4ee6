/** For test files: soak a service, then say what must hold. Works in node:test, Vitest, Jest, or a plain script. */
export { expectNoLeak, expectSlo } from './expectations.ts';
export { type SoakResult, type SoakTestOptions, soak } from './soak.ts';
