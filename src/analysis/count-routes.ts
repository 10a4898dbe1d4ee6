import type { RouteCount, RunEvent } from '../model/run-event.ts';

/** Requests by the routes that the target counted, from one look at its heap to the next; a new life of the target counts from nought. */
export function routesBetween(events: readonly RunEvent[]): RouteCount[][] {
  let before = new Map<string, RouteCount>();
  return events.flatMap((event) => {
    if (event.type !== 'route-counts') return [];
    const now = new Map(event.routes.map((one) => [one.route, one]));
    const isNewLife = [...before.values()].some(({ route, begun }) => begun > (now.get(route)?.begun ?? 0));
    const gained = event.routes.map((one) => {
      const known = isNewLife ? undefined : before.get(one.route);
      return known === undefined ? one : combined(one, known, -1);
    });
    before = now;
    return [gained];
  });
}

/** The same for the whole run, most first. */
export function countRoutes(events: readonly RunEvent[]): RouteCount[] {
  const sums = new Map<string, RouteCount>();
  for (const one of routesBetween(events).flat()) {
    const known = sums.get(one.route);
    sums.set(one.route, known === undefined ? one : combined(one, known, 1));
  }
  return [...sums.values()].sort((a, b) => b.begun - a.begun);
}

function combined(one: RouteCount, other: RouteCount, sign: 1 | -1): RouteCount {
  const errors = one.serverErrors === undefined ? undefined : one.serverErrors + sign * (other.serverErrors ?? 0);
  return {
    route: one.route,
    begun: one.begun + sign * other.begun,
    failed: one.failed + sign * other.failed,
    ...(errors === undefined ? {} : { serverErrors: errors }),
    aborted: one.aborted + sign * other.aborted,
  };
}

/** Nought in runs of earlier versions, which did not count them apart. */
export function serverErrorsOf({ serverErrors = 0 }: RouteCount): number {
  return serverErrors;
}

/** What probes of an orchestrator or a monitoring system ask for, at any time. */
const OF_PROBES =
  /^(?:GET|HEAD) (?:\/[\w-]+)*\/_?(?:health|healthz|health-?check|live|livez|liveness|ready|readyz|readiness|ping|heartbeat|metrics)$/i;

export function isOfProbes(route: string): boolean {
  return OF_PROBES.test(route);
}
