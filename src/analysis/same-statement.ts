import { SURENESS } from '../model/finding.ts';
import type { FindingKind } from '../model/finding-catalogue.ts';
import { sameStatementToo } from '../words/fold-followers.ts';
import type { FoundDraft } from './check.ts';

const OPENED: readonly FindingKind[] = ['socket-leak', 'fd-leak'];
/** As many of one as of the other. */
const NEARLY = 0.12;

/**
 * One statement is one edit: `a.pipe(b)` adds listeners of several events to `a`, and `spawn` opens what is counted as sockets and is
 * found in the heap as pipes. The surest of them stands for all, and what else it adds becomes evidence.
 */
export function joinSameStatement(drafts: readonly FoundDraft[]): FoundDraft[] {
  const bySureness = [...drafts].sort((a, b) => SURENESS[b.confidence] - SURENESS[a.confidence]);
  const leaders: FoundDraft[] = [];
  const followersOf = new Map<FoundDraft, FoundDraft[]>();
  for (const draft of bySureness) {
    const leader = leaders.find((one) => isOfSameStatement(one, draft));
    if (leader) followersOf.get(leader)?.push(draft);
    else {
      leaders.push(draft);
      followersOf.set(draft, []);
    }
  }
  return drafts.flatMap((draft) => {
    const followers = followersOf.get(draft);
    if (!followers) return [];
    const evidence = followers.map(({ title, evidence: [first] }) => ({
      what: sameStatementToo(title),
      file: first?.file ?? null,
    }));
    return [evidence.length === 0 ? draft : { ...draft, evidence: [...draft.evidence, ...evidence] }];
  });
}

function isOfSameStatement(leader: FoundDraft, draft: FoundDraft): boolean {
  const [one] = leader.subject.added ?? [];
  const [other] = draft.subject.added ?? [];
  if (!one || !other || one.file !== other.file || one.line !== other.line || one.column !== other.column) return false;
  if (leader.kind === 'listener-leak' && draft.kind === 'listener-leak')
    return isOnSameEmitter(leader, draft) && areAsMany(leader, draft);
  return OPENED.includes(leader.kind) && OPENED.includes(draft.kind) && isSymptom(leader, draft);
}

function isOnSameEmitter(one: FoundDraft, other: FoundDraft): boolean {
  const [emitter, same] = [one, other].map(({ objects }) =>
    objects?.holder && 'container' in objects.holder && objects.holder.container === 'listeners'
      ? JSON.stringify(objects.holder.on)
      : null,
  );
  return emitter != null && emitter === same;
}

/** What is less sure, or comes in the same number. */
function isSymptom(leader: FoundDraft, draft: FoundDraft): boolean {
  return draft.confidence === 'possible' || areAsMany(leader, draft);
}

function areAsMany({ growth: one }: FoundDraft, { growth: other }: FoundDraft): boolean {
  const [a, b] = [one?.objectsPerRequest ?? null, other?.objectsPerRequest ?? null];
  return a !== null && b !== null && Math.abs(a - b) <= NEARLY * a;
}
