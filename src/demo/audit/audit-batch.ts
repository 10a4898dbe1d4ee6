import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { AuditRecord } from './audit-record.ts';

class AuditLine {
  readonly requestId: string;
  readonly text: string;

  constructor(record: AuditRecord) {
    this.requestId = record.requestId;
    this.text = JSON.stringify(record);
  }
}

/** Collects a line of each proof and writes the digest of all of them when it is flushed, every few seconds. */
export class AuditBatch {
  private readonly pool: pg.Pool;
  private lines: AuditLine[] = [];

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  add(record: AuditRecord): void {
    this.lines.push(new AuditLine(record));
  }

  async flush(): Promise<void> {
    if (this.lines.length === 0) return;
    const lines = this.lines;
    this.lines = [];
    const hash = createHash('sha256');
    for (const { text } of lines) hash.update(text);
    await this.pool.query('insert into audit_batches (line_count, digest) values ($1, $2)', [
      lines.length,
      hash.digest('hex'),
    ]);
  }
}
