import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FAULTS, type FaultName } from '../../src/demo/faults.ts';
import { spawnService } from '../helpers/spawn-service.ts';
import { ApiClient, captureIds } from './api-client.ts';

const GROUPS: Readonly<Record<string, (name: FaultName) => boolean>> = {
  'all look-alikes': (name) => FAULTS.some((fault) => fault.name === name && fault.healthy),
  'all faults': (name) => FAULTS.some((fault) => fault.name === name && !fault.healthy),
};

describe('services with faults boot, answer and end', { concurrency: true }, () => {
  for (const [title, belongs] of Object.entries(GROUPS)) {
    test(title, async () => {
      const names = FAULTS.map(({ name }) => name).filter(belongs);
      const service = await spawnService('dist/src/demo/main.js', {
        args: ['--fault', names.join(',')],
        env: { DATABASE_URL: undefined },
      });
      try {
        const api = new ApiClient(service.baseUrl);
        const token = await api.enroll();
        await api.lockProofs(token, captureIds('fault', 60));
        const page = await api.get('/ledger/entries?limit=10', token);
        assert.equal((page.body.entries as unknown[]).length, 10);
        assert.equal((await api.get('/health')).status, 200);
        assert.equal(service.stderr(), '');
      } finally {
        assert.equal(await service.stop(), 0);
      }
    });
  }
});
