import type pg from 'pg';

const ENROLL = `
  with device as (
    insert into devices (device_id) values ($1)
    on conflict (device_id) do update set enrolled_at = now()
    returning device_id
  )
  insert into enrollments (token_hash, device_id) select $2, device_id from device`;

export class DeviceRepository {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** A device may enrol again: its earlier tokens stay valid. */
  async enroll(deviceId: string, tokenHash: string): Promise<void> {
    await this.pool.query(ENROLL, [deviceId, tokenHash]);
  }

  async findByTokenHash(tokenHash: string): Promise<string | null> {
    const { rows } = await this.pool.query<{ device_id: string }>(
      'select device_id from enrollments where token_hash = $1',
      [tokenHash],
    );
    return rows[0]?.device_id ?? null;
  }
}
