import assert from 'node:assert/strict';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

/** Speaks to one running evidence archive. */
export class ApiClient {
  private readonly baseUrl: string;

  constructor(baseUrl: string) {
    this.baseUrl = baseUrl;
  }

  get(path: string, token?: string): Promise<Answer> {
    return this.request(path, { headers: bearer(token) });
  }

  post(path: string, json: unknown, token?: string): Promise<Answer> {
    return this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(token) },
      body: JSON.stringify(json),
    });
  }

  /** Enrols a device and returns its token. */
  async enroll(deviceId = 'device-1'): Promise<string> {
    const { status, body } = await this.post('/device/enroll', { device_id: deviceId, device_token: 'factory' });
    assert.equal(status, 200);
    return String(body.enrollment_token);
  }

  /** Locks proofs one after the other; each has to succeed. */
  async lockProofs(token: string, captureIds: readonly string[]): Promise<Record<string, unknown>[]> {
    const receipts: Record<string, unknown>[] = [];
    for (const capture_id of captureIds) {
      const { status, body, text } = await this.post('/lock-proof', { capture_id }, token);
      assert.equal(status, 201, text);
      receipts.push(body);
    }
    return receipts;
  }

  private async request(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(this.baseUrl + path, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    const body = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.status, headers: response.headers, body, text };
  }
}

export function captureIds(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
