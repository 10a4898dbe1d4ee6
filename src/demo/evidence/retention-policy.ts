import { close, open, read } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Faults } from '../faults.ts';

const openFile = promisify(open);
const readFile = promisify(read);
const closeFile = promisify(close);

const REREAD_EVERY_PROOFS = 10;
const MAX_POLICY_BYTES = 1_024;
const DEFAULT_POLICY = { retention_days: 3_650 };

/**
 * How long evidence is kept: a file that an operator may edit, read again for each tenth proof. Fault `leak-fd`: the
 * file is not closed after that, 600 descriptors a minute at 100 proofs a second.
 */
export class RetentionPolicy {
  private readonly folder: string;
  private readonly leavesFileOpen: boolean;
  private retentionDays = DEFAULT_POLICY.retention_days;
  private proofs = 0;

  private constructor(folder: string, faults: Faults) {
    this.folder = folder;
    this.leavesFileOpen = faults.has('leak-fd');
  }

  static async create(faults: Faults): Promise<RetentionPolicy> {
    const policy = new RetentionPolicy(await mkdtemp(join(tmpdir(), 'evidence-archive-')), faults);
    await writeFile(policy.path, JSON.stringify(DEFAULT_POLICY));
    return policy;
  }

  async retentionDaysForNextProof(): Promise<number> {
    if (this.proofs++ % REREAD_EVERY_PROOFS === 0) this.retentionDays = await this.readRetentionDays();
    return this.retentionDays;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private get path(): string {
    return join(this.folder, 'retention-policy.json');
  }

  private async readRetentionDays(): Promise<number> {
    const descriptor = await openFile(this.path, 'r');
    const { bytesRead, buffer } = await readFile(descriptor, Buffer.alloc(MAX_POLICY_BYTES), 0, MAX_POLICY_BYTES, 0);
    if (!this.leavesFileOpen) await closeFile(descriptor);
    const policy = JSON.parse(buffer.toString('utf8', 0, bytesRead)) as typeof DEFAULT_POLICY;
    return policy.retention_days;
  }
}
