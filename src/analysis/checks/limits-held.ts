import { recommend } from '../../words/advice.ts';
import * as say from '../../words/checks/limits-held.ts';
import { code } from '../../words/terms.ts';
import { type Check, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import type { NamedGate } from '../gates.ts';

/** Were the limits that were asked for held? */
export const limitsHeld: Check = {
  name: 'limits',
  run(context) {
    const { limits } = context;
    if (limits.length === 0) return found([], say.NONE_GIVEN);
    const unknown = limits.filter(({ status }) => status === 'unknown').map(({ name }) => name);
    const broken = limits.filter(({ status }) => status === 'fail');
    if (unknown.length === limits.length) return insufficient(say.noneMeasured(unknown));
    const held = limits.length - broken.length - unknown.length;
    return found(broken.map(breach), say.heldDetail(held, limits.length, unknown));
  },
};

function breach({ name, limit, measured, unit }: NamedGate): FindingDraft {
  return {
    id: findingId('slo-breach', name, limit),
    kind: 'slo-breach',
    confidence: 'confirmed',
    severity: 'major',
    title: say.title(name, measured ?? Number.NaN, unit, limit),
    subject: { class: name, holder: name, path: [], source: null, package: null },
    growth: null,
    evidence: [{ what: say.EVIDENCE, file: 'requests.ndjson' }],
    against: [],
    recommendation: recommend('slo-breach', { holder: name, subject: code(name) }),
  };
}
