import { createHash, createHmac, hkdfSync, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Faults } from '../faults.ts';
import type { RequestContext } from '../http/request-context.ts';

export interface ProofInput {
  readonly capture_id: string;
  readonly captured_at?: string;
  readonly metadata?: Readonly<Record<string, string | number | boolean>>;
}

export interface SealedProof {
  readonly deviceId: string;
  readonly captureId: string;
  /** SHA-256 of the payload, hexadecimal. */
  readonly digest: string;
  /** What is stored: JSON. */
  readonly payload: string;
  /** What is signed, with its signature, as text. */
  readonly statement: string;
}

const SEALS_PER_KEY = 50;
const KEY_BYTES = 32;
/** About 70 ms on a present-day core. */
const BLOCKING_ITERATIONS = 350_000;

/**
 * Seals proofs with a key that is derived again for each 50. Fault `event-loop-block`: derived by PBKDF2, on the event
 * loop, as if the secret were a password.
 */
export class ProofSealer {
  private readonly secret = randomBytes(KEY_BYTES);
  private readonly derivesSlowly: boolean;
  private key: Buffer = Buffer.alloc(0);
  private seals = 0;

  constructor(faults: Faults) {
    this.derivesSlowly = faults.has('event-loop-block');
  }

  seal(context: RequestContext, proof: ProofInput): SealedProof {
    if (this.seals++ % SEALS_PER_KEY === 0) this.key = this.rotateKey();
    const payload = JSON.stringify({ device_id: context.deviceId, received_at: context.receivedAtMs, ...proof });
    const digest = createHash('sha256').update(payload).digest('hex');
    return {
      deviceId: context.deviceId,
      captureId: proof.capture_id,
      digest,
      payload,
      statement: this.statementOf(context, payload, digest),
    };
  }

  private rotateKey(): Buffer {
    const salt = `archive key ${this.seals}`;
    if (this.derivesSlowly) return pbkdf2Sync(this.secret, salt, BLOCKING_ITERATIONS, KEY_BYTES, 'sha256');
    return Buffer.from(hkdfSync('sha256', this.secret, salt, 'evidence archive', KEY_BYTES));
  }

  private statementOf(context: RequestContext, payload: string, digest: string): string {
    const signature = createHmac('sha512', this.key).update(payload).digest('hex');
    return JSON.stringify({
      type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://evidence-archive.example/predicates/lock-proof/v1',
      subject: [{ name: context.deviceId, digest: { sha256: digest } }],
      requestedBy: { address: context.remoteAddress, agent: context.userAgent, request: context.requestId },
      payload,
      signature: { algorithm: 'hmac-sha512', value: signature },
    });
  }
}
