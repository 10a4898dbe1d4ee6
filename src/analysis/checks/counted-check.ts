import type { CheckId } from '../../model/check-id.ts';
import { COUNTED, partOfFinding, TOO_FEW_SAMPLES } from '../../words/checks/counted.ts';
import { type Check, type CheckContext, type CheckResult, insufficient } from '../check.ts';
import { type CountedResource, judgeCounted } from '../counted-leak.ts';

/**
 * A check of things that are counted. What an earlier finding of the same kind has named for sure is not named twice. Only
 * threads that are counted for sure are, since descriptors and ports come with them: they lead, and take what the heap
 * named along.
 */
export function countedCheck(name: CheckId, resources: readonly CountedResource[]): Check {
  return { name, run: (context) => runCounted(context, resources) };
}

function runCounted(context: CheckContext, resources: readonly CountedResource[]): CheckResult {
  const verdicts = resources.map((resource) => ({ resource, ...judgeCounted(context, resource) }));
  const known = verdicts.filter(({ detail }) => detail !== null);
  if (known.length === 0) return insufficient(TOO_FEW_SAMPLES);
  const detail = known.map(({ resource, detail }) => `${COUNTED[resource.metric][1]}: ${detail}`).join('; ');
  const findings = known.flatMap(({ finding }) => finding ?? []);
  const isNamed = context.earlier.some(
    ({ kind, confidence }) => confidence !== 'possible' && resources.some((resource) => resource.kind === kind),
  );
  const leads = findings.some(({ kind, confidence }) => kind === 'thread-leak' && confidence !== 'possible');
  if (isNamed && !leads) return { status: 'finding', detail: partOfFinding(detail), findings: [] };
  // It grew, and may be in use or leaked: this is not a pass.
  const isOpen = findings.some(({ confidence }) => confidence === 'possible') && context.idleTail === null;
  if (isOpen) return { status: 'insufficient-data', detail, findings };
  return { status: findings.length > 0 ? 'finding' : 'ok', detail, findings };
}
