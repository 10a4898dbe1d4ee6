interface Permission {
  has(scope: string): boolean;
}

/**
 * Why no session could be had in this process, with what to change; null if one can. Node aborts the whole process
 * where a thread asks for a session that its permission model does not allow, so it is told before.
 */
export function whyNot(): string | null {
  if (!process.features.inspector) return 'this Node was built without the inspector';
  const { permission } = process as unknown as { readonly permission?: Permission };
  if (permission === undefined) return null;
  const missing = [
    { scope: 'inspector', flag: '--allow-inspector' },
    { scope: 'worker', flag: '--allow-worker' },
  ].filter(({ scope }) => !permission.has(scope));
  if (missing.length === 0) return null;
  const flags = missing.map(({ flag }) => flag).join(' ');
  return process.allowedNodeEnvironmentFlags.has('--allow-inspector')
    ? `Node's permission model keeps it out; add ${flags}`
    : `the permission model of Node ${process.version} allows no inspector session; the agent needs Node 24 or later, with ${flags}`;
}
