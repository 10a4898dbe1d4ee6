import { createJournalDecoder, type JournalDamage, type JournalRecord } from '../../src/format/journal.ts';

/** Reads a journal in one piece. */
export function decodeJournal(bytes: Uint8Array): { records: JournalRecord[]; damage: JournalDamage[] } {
  const records: JournalRecord[] = [];
  const damage: JournalDamage[] = [];
  const decoder = createJournalDecoder({
    record: (record) => records.push(record),
    damage: (one) => damage.push(one),
  });
  decoder.push(bytes);
  decoder.end();
  return { records, damage };
}
