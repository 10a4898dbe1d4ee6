/**
 * Sends one command to the inspector of this thread. Loaded here and not at the start: a Node that was built without the
 * inspector has no such module, and the service would not start.
 */
export function tellInspector(method: 'Runtime.discardConsoleEntries' | 'HeapProfiler.disable'): void {
  const { Session } = require('node:inspector') as typeof import('node:inspector');
  const session = new Session();
  session.connect();
  session.post(method);
  session.disconnect();
}
