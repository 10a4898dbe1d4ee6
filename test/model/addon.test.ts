import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddonName, type BuiltAddon, judgeAddon, type NativeBuild } from '../../src/model/addon.ts';

const NODE_20 = { nodeVersion: 'v20.20.2', modules: '115', libc: 'glibc' } as const;
const NODE_26 = { nodeVersion: 'v26.10.0', modules: '147', libc: 'glibc' } as const;
const FITTING: NativeBuild = { file: 'x.node', abi: '115', libc: 'glibc' };

function addonWith(name: AddonName, ...builds: NativeBuild[]): BuiltAddon {
  return { name, path: `/srv/node_modules/${name}`, version: '1.0.0', builds };
}

function refusal(name: AddonName, addon: BuiltAddon | null, abi: Parameters<typeof judgeAddon>[2]): string {
  const verdict = judgeAddon(name, addon, abi);
  assert.ok(!verdict.usable && verdict.possible);
  assert.notEqual(verdict.fix, '');
  return verdict.reason;
}

test('an add-on is used where its ABI and its C library fit, or cannot be told', () => {
  for (const build of [FITTING, { ...FITTING, abi: null }, { ...FITTING, libc: null }]) {
    assert.ok(judgeAddon('heapdump', addonWith('heapdump', build), NODE_20).usable);
  }
  assert.ok(
    judgeAddon('heapdump', addonWith('heapdump', { ...FITTING, libc: 'musl' }), { ...NODE_20, libc: null }).usable,
  );
  const several = addonWith('v8-profiler-next', { ...FITTING, abi: '127' }, FITTING);
  assert.ok(judgeAddon('v8-profiler-next', several, NODE_20).usable);
});

test('what does not fit is told before anything is loaded', () => {
  assert.match(refusal('heapdump', null, NODE_20), /not installed where the service sees it/);
  assert.match(refusal('heapdump', addonWith('heapdump'), NODE_20), /has not been built/);
  const other = addonWith('heapdump', { ...FITTING, abi: '127' });
  assert.match(refusal('heapdump', other, NODE_20), /built for ABI 127, and the service runs v20\.20\.2 with ABI 115/);
  const musl = addonWith('heapdump', { ...FITTING, libc: 'musl' });
  assert.match(refusal('heapdump', musl, NODE_20), /built with musl, and the service runs with glibc/);
});

test('where an add-on does not build at all, no advice to install it is given', () => {
  for (const addon of [null, addonWith('v8-profiler-next', FITTING)]) {
    const verdict = judgeAddon('v8-profiler-next', addon, NODE_26);
    assert.ok(!verdict.usable);
    assert.match(verdict.reason, /does not build on Node 26/);
    assert.deepEqual([verdict.possible, verdict.fix], [false, '']);
  }
  assert.match(refusal('heapdump', null, NODE_26), /not installed/);
});
