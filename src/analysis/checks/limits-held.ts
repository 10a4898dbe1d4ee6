import { recommend } from '../../words/advice.ts';
import { figure } from '../../words/figures.ts';
import { code } from '../../words/terms.ts';
import { type Check, type FindingDraft, found, insufficient } from '../check.ts';
import { findingId } from '../finding-id.ts';
import type { NamedGate } from '../gates.ts';

/** Were the limits that were asked for held? */
export const limitsHeld: Check = {
  name: 'limits',
  run(context) {
    const { limits } = context;
    if (limits.length === 0) return found([], 'none were given');
    const unknown = limits.filter(({ status }) => status === 'unknown').map(({ name }) => name);
    const broken = limits.filter(({ status }) => status === 'fail');
    const open = unknown.length === 0 ? '' : `; not measured in this run: ${unknown.join(', ')}`;
    if (unknown.length === limits.length) return insufficient(`none could be measured: ${unknown.join(', ')}`);
    return found(
      broken.map(breach),
      `${limits.length - broken.length - unknown.length} of ${limits.length} held${open}`,
    );
  },
};

function breach({ name, limit, measured, unit }: NamedGate): FindingDraft {
  return {
    id: findingId('slo-breach', name, limit),
    kind: 'slo-breach',
    confidence: 'confirmed',
    severity: 'major',
    title: `${code(name)} was ${figure(measured ?? Number.NaN)} ${unit}; the limit is ${limit}.`,
    subject: { class: name, holder: name, path: [], source: null, package: null },
    growth: null,
    evidence: [{ what: `Measured over the load of the whole run, captures left out.`, file: 'requests.ndjson' }],
    against: [],
    recommendation: recommend('slo-breach', { holder: name, subject: code(name) }),
  };
}
