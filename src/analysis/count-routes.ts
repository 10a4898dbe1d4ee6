import type { RouteCount, RunEvent } from '../model/run-event.ts';

/** Requests by the routes that the target counted, from one look at its heap to the next; a new life of the target counts from nought. */
export function routesBetween(events: readonly RunEvent[]): RouteCount[][] {
  let before = new Map<string, RouteCount>();
  return events.flatMap((event) => {
    if (event.type !== 'route-counts') return [];
    const now = new Map(event.routes.map((one) => [one.route, one]));
    const isNewLife = [...before.values()].some(({ route, begun }) => begun > (now.get(route)?.begun ?? 0));
    const gained = event.routes.map(({ route, begun, failed, aborted }) => {
      const known = isNewLife ? undefined : before.get(route);
      return {
        route,
        begun: begun - (known?.begun ?? 0),
        failed: failed - (known?.failed ?? 0),
        aborted: aborted - (known?.aborted ?? 0),
      };
    });
    before = now;
    return [gained];
  });
}

/** The same for the whole run, most first. */
export function countRoutes(events: readonly RunEvent[]): RouteCount[] {
  const sums = new Map<string, RouteCount>();
  for (const { route, begun, failed, aborted } of routesBetween(events).flat()) {
    const known = sums.get(route);
    sums.set(route, {
      route,
      begun: begun + (known?.begun ?? 0),
      failed: failed + (known?.failed ?? 0),
      aborted: aborted + (known?.aborted ?? 0),
    });
  }
  return [...sums.values()].sort((a, b) => b.begun - a.begun);
}

/** What probes of an orchestrator or a monitoring system ask for, at any time. */
const OF_PROBES =
  /^(?:GET|HEAD) (?:\/[\w-]+)*\/_?(?:health|healthz|health-?check|live|livez|liveness|ready|readyz|readiness|ping|heartbeat|metrics)$/i;

export function isOfProbes(route: string): boolean {
  return OF_PROBES.test(route);
}
