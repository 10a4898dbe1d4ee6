import type { Finding } from '../model/finding.ts';

export { placeText as formatPlace } from '../words/place.ts';

/**
 * The line that a finding points to: the service's statement that adds, else where what stays is made, else where its
 * holder lives, else where most was allocated.
 */
export function placeOfFinding({ subject, allocatedAt }: Finding): Finding['subject']['source'] {
  const added = subject.added?.find(({ package: owner }) => owner === null);
  return added ?? subject.madeAt ?? subject.source ?? allocatedAt?.[0]?.stack[0] ?? null;
}
