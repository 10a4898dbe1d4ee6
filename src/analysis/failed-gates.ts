import { findingInfo, type GateName } from '../model/finding-catalogue.ts';
import type { Report } from '../model/report.ts';
import { gateFailed, limitBroken } from '../words/limits.ts';

export interface FailedGate {
  /** `threshold rss max <10MiB`, or what was found. */
  readonly words: string;
  /** The run was asked to fail by it (`--fail-on`). */
  readonly counts: boolean;
}

/** What makes a run fail, for its report and for a baseline. */
export function failedGates({ gates, findings }: Report, failOn: readonly GateName[]): FailedGate[] {
  return gates
    .filter(({ status }) => status === 'fail')
    .map(({ name, limit }) => {
      const isLimit = name !== 'leak' && name !== 'degradation';
      const group: GateName = isLimit ? 'slo' : name;
      const top = findings.find(({ kind, confidence }) => findingInfo(kind).gate === name && confidence !== 'possible');
      return {
        words: isLimit ? limitBroken(name, limit) : gateFailed(name, top?.title ?? null),
        counts: failOn.includes(group),
      };
    });
}
