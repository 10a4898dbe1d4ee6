import * as say from '../../words/bottlenecks/no-keep-alive.ts';
import { findingId } from '../finding-id.ts';
import { answerTraits, type NamedTraits } from './answer-traits.ts';
import { type BottleneckDraft, type Rule, seen, unseen } from './rule.ts';

const LEAST_ANSWERS = 50;
/** Of the answers of a name: a service that closes now and then (a limit on requests a connection) closes few. */
const MOSTLY = 0.5;

/** Connections that the service closes after each answer, although the client would keep them. */
export const noKeepAlive: Rule = {
  rule: 'no-keep-alive',
  run(context) {
    const traits = answerTraits(context);
    const answers = sum(traits, 'answers');
    if (answers < LEAST_ANSWERS) return unseen(say.TOO_FEW);
    const detail = say.looked(sum(traits, 'closed') / answers);
    const closing = traits.filter((one) => one.answers >= LEAST_ANSWERS && one.closed >= MOSTLY * one.answers);
    return seen(closing.length > 0 ? [draftOf(closing, answers)] : [], detail);
  },
};

function draftOf(closing: readonly NamedTraits[], allAnswers: number): BottleneckDraft {
  const closed = sum(closing, 'closed');
  const connects = sum(closing, 'connects');
  const connectMs = connects > 0 ? sum(closing, 'connectMs') / connects : null;
  const names = closing.map(({ name }) => name);
  return {
    id: findingId('no-keep-alive', 'connections', ''),
    confidence: 'confirmed',
    title: say.TITLE,
    request: closing.length === 1 ? (closing[0]?.name ?? null) : null,
    source: null,
    package: null,
    evidence: [
      { what: say.closing(closed / sum(closing, 'answers'), names), file: 'requests.ndjson' },
      ...(connectMs === null ? [] : [{ what: say.connecting(connectMs), file: 'requests.ndjson' }]),
    ],
    against: [say.AGAINST],
    gain: say.gain(connectMs),
    recommendation: say.ADVICE,
    check: say.CHECK,
    weight: (0.3 * closed) / allAnswers,
  };
}

function sum(traits: readonly NamedTraits[], key: 'answers' | 'closed' | 'connects' | 'connectMs'): number {
  return traits.reduce((total, one) => total + one[key], 0);
}
