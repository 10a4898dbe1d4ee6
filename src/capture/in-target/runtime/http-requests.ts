import { MOST_SIBLINGS, nameOfUrl, withoutLastPart } from '../../../model/request-name.ts';
import type { RouteCount } from '../../../model/run-event.ts';
import { guarded } from '../guarded.ts';
import { monoMs } from '../mono-ms.ts';
import type { ProbeReading } from './target-runtime-probe.ts';

type Response = object & { readonly destroyed?: boolean; readonly closed?: boolean; readonly statusCode?: number };
type Request = { readonly method?: string; readonly url?: string };

/** Weak on both sides: a request that the program leaks must not look held by us. */
interface Entry {
  readonly response: WeakRef<Response>;
  readonly startMs: number;
  readonly route: string;
}

interface Counts {
  begun: number;
  failed: number;
  serverErrors: number;
  aborted: number;
}

const LEAST_SWEPT = 1000;
/** Paths come from whoever asks: what has no end of them is counted as one. */
const MOST_ROUTES = 100;
const LONGEST_URL = 300;
const OTHER_ROUTES = '(other)';
const FIRST_FAILED_STATUS = 400;
const FIRST_SERVER_ERROR = 500;
/** As they were when the probe was installed. */
const { WeakRef: Weak } = globalThis;

/** Requests that the HTTP servers of the program answer. One entry per request in progress, dropped when it ends or dies. */
export class HttpRequests {
  readonly #entries = new WeakMap<Response, Entry>();
  readonly #inProgress = new Set<Entry>();
  readonly #routes = new Map<string, Counts>();
  /** Routes that differ in their last part only. */
  readonly #siblings = new Map<string, number>();
  readonly #totals = { served: 0, errors: 0, aborted: 0, latencySumMs: 0 };
  readonly #unsubscribe: () => void;
  #sweepAt = LEAST_SWEPT;

  constructor(channels: typeof import('node:diagnostics_channel')) {
    if (typeof Weak !== 'function') throw new Error('the program has removed WeakRef');
    const onStart = guarded((message: unknown) => {
      const { request, response } = message as { request: Request; response: Response };
      this.#begin(request, response);
    });
    const onFinish = guarded((message: unknown) => this.#end((message as { response: Response }).response));
    const start = channels.channel('http.server.request.start');
    const finish = channels.channel('http.server.response.finish');
    start.subscribe(onStart);
    finish.subscribe(onFinish);
    this.#unsubscribe = () => {
      start.unsubscribe(onStart);
      finish.unsubscribe(onFinish);
    };
  }

  stop(): void {
    this.#unsubscribe();
    this.#inProgress.clear();
  }

  /** `countServers` is asked only while no request was seen. */
  read(countServers: () => number | null): NonNullable<ProbeReading['requests']> {
    this.#dropDead();
    const active = this.#inProgress.size;
    const unseen = this.#totals.served === 0 && active === 0;
    return { ...this.#totals, active, servers: unseen ? countServers() : null };
  }

  /** How often each route was asked for since the installation, and how that ended. */
  readRoutes(): RouteCount[] {
    this.#dropDead();
    return [...this.#routes].map(([route, counts]) => ({ route, ...counts }));
  }

  #begin(request: Request, response: Response): void {
    // Now: routers write to the address of a request.
    const entry = { response: new Weak(response), startMs: monoMs(), route: routeOf(request) };
    this.#entries.set(response, entry);
    this.#inProgress.add(entry);
    this.#count(entry.route).begun += 1;
    if (this.#inProgress.size < this.#sweepAt) return;
    // Nobody takes readings (the tool is gone or busy): drop the dead ones ourselves.
    this.#dropDead();
    this.#sweepAt = Math.max(LEAST_SWEPT, 2 * this.#inProgress.size);
  }

  #end(response: Response): void {
    const entry = this.#entries.get(response);
    if (entry === undefined || !this.#inProgress.delete(entry)) return;
    this.#entries.delete(response);
    this.#totals.served += 1;
    this.#totals.latencySumMs += monoMs() - entry.startMs;
    const status = response.statusCode ?? 0;
    if (status < FIRST_FAILED_STATUS) return;
    const counts = this.#count(entry.route);
    counts.failed += 1;
    if (status < FIRST_SERVER_ERROR) return;
    counts.serverErrors += 1;
    this.#totals.errors += 1;
  }

  #count(route: string): Counts {
    const name = this.#nameFor(route);
    const counts = this.#routes.get(name) ?? { begun: 0, failed: 0, serverErrors: 0, aborted: 0 };
    this.#routes.set(name, counts);
    return counts;
  }

  #nameFor(route: string): string {
    if (this.#routes.has(route)) return route;
    const { siblings, merged } = withoutLastPart(route);
    const known = siblings === null ? 0 : (this.#siblings.get(siblings) ?? 0);
    if (siblings !== null && known >= MOST_SIBLINGS) return merged;
    if (this.#routes.size >= MOST_ROUTES) return OTHER_ROUTES;
    if (siblings !== null) this.#siblings.set(siblings, known + 1);
    return route;
  }

  #dropDead(): void {
    for (const entry of this.#inProgress) {
      const response = entry.response.deref();
      if (response !== undefined && !response.destroyed && !response.closed) continue;
      this.#inProgress.delete(entry);
      this.#totals.aborted += 1;
      this.#count(entry.route).aborted += 1;
    }
  }
}

/** A program that has changed the methods of texts is counted all the same. */
function routeOf({ method, url }: Request): string {
  try {
    return nameOfUrl(String(method), String(url).slice(0, LONGEST_URL));
  } catch {
    return OTHER_ROUTES;
  }
}
