import { createHash, randomBytes } from 'node:crypto';
import { LruCache } from '../cache/lru-cache.ts';
import type { DeviceRepository } from '../db/device-repository.ts';
import type { ServiceMetrics } from '../metrics/demo-metrics.ts';

const TOKEN_BYTES = 24;
const MAX_CACHED_TOKENS = 1_000;

/** Enrols devices and knows them again by their token. Only hashes of tokens are stored. */
export class Enrollment {
  private readonly devices: DeviceRepository;
  private readonly metrics: ServiceMetrics;
  private readonly deviceByTokenHash = new LruCache<string>(MAX_CACHED_TOKENS);

  constructor(devices: DeviceRepository, metrics: ServiceMetrics) {
    this.devices = devices;
    this.metrics = metrics;
  }

  async enroll(deviceId: string): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    await this.devices.enroll(deviceId, hashToken(token));
    return token;
  }

  async deviceOf(token: string): Promise<string | null> {
    const tokenHash = hashToken(token);
    const known = this.deviceByTokenHash.get(tokenHash);
    this.metrics.countCacheLookup(known !== undefined);
    if (known !== undefined) return known;
    const deviceId = await this.devices.findByTokenHash(tokenHash);
    if (deviceId !== null) this.deviceByTokenHash.set(tokenHash, deviceId);
    return deviceId;
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
