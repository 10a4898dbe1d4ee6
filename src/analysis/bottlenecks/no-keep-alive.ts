import { figure, percent } from '../../words/figures.ts';
import { code } from '../../words/terms.ts';
import { findingId } from '../finding-id.ts';
import { answerTraits, type NamedTraits } from './answer-traits.ts';
import { type BottleneckDraft, type Rule, seen, unseen } from './rule.ts';

const LEAST_ANSWERS = 50;
/** Of the answers of a name: a service that closes now and then (a limit on requests a connection) closes few. */
const MOSTLY = 0.5;

/** Connections that the service closes after each answer, although the client would keep them. */
export const noKeepAlive: Rule = {
  rule: 'no-keep-alive',
  name: 'connections kept alive',
  run(context) {
    const traits = answerTraits(context);
    const answers = sum(traits, 'answers');
    if (answers < LEAST_ANSWERS) return unseen('too few answers to our own load were looked at');
    const detail = `${percent(sum(traits, 'closed') / answers)} of the answers closed their connection`;
    const closing = traits.filter((one) => one.answers >= LEAST_ANSWERS && one.closed >= MOSTLY * one.answers);
    return seen(closing.length > 0 ? [draftOf(closing, answers)] : [], detail);
  },
};

function draftOf(closing: readonly NamedTraits[], allAnswers: number): BottleneckDraft {
  const closed = sum(closing, 'closed');
  const connects = sum(closing, 'connects');
  const connectMs = connects > 0 ? sum(closing, 'connectMs') / connects : null;
  const names = closing.map(({ name }) => code(name)).join(', ');
  return {
    id: findingId('no-keep-alive', 'connections', ''),
    confidence: 'confirmed',
    title: 'The service closes the connection after each answer, so every request has to connect anew.',
    request: closing.length === 1 ? (closing[0]?.name ?? null) : null,
    source: null,
    package: null,
    evidence: [
      {
        what: `${percent(closed / sum(closing, 'answers'))} of the answers of ${names} closed their connection (${code('connection: close')}) although the request did not ask for it.`,
        file: 'requests.ndjson',
      },
      ...(connectMs === null
        ? []
        : [
            {
              what: `Connecting took ${figure(connectMs)} ms on average, before each request.`,
              file: 'requests.ndjson',
            },
          ]),
    ],
    against: ['A proxy in front of the service may close the connection instead; then the header is set there.'],
    gain: `${connectMs === null ? 'The time to connect' : `${figure(connectMs)} ms`} for each request here; over a network a round trip, with TLS two or three, and the CPU of each handshake on both sides.`,
    recommendation:
      'Take out what sets `connection: close` (a middleware, a proxy, `server.keepAliveTimeout` or `maxRequestsPerSocket` set too low), and keep `keepAliveTimeout` above that of the load balancer in front.',
    check:
      'In the next run the answers should no longer carry `connection: close`: `curl -v URL URL` says "Re-using existing connection".',
    weight: (0.3 * closed) / allAnswers,
  };
}

function sum(traits: readonly NamedTraits[], key: 'answers' | 'closed' | 'connects' | 'connectMs'): number {
  return traits.reduce((total, one) => total + one[key], 0);
}
