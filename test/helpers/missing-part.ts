import process from 'node:process';

/**
 * For the `skip` of a test that needs more than Node: the reason where the part is missing, false where it is there.
 * Under CI a missing part is no reason: the test runs, and fails for want of it.
 */
export function skipIfMissing(part: string, isPresent: boolean): string | false {
  if (isPresent || process.env.CI) return false;
  return `${part} is not installed here`;
}
