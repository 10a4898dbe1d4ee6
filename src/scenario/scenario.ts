import type { Threshold } from '../model/threshold.ts';
import type { Milliseconds } from '../model/units.ts';

/**
 * A load as plain data: it can be sent to another process. `parseScenario` makes it; names as in the file, units settled.
 */
export interface Scenario {
  readonly name: string;
  /** Null when the file leaves it to `--url`. */
  readonly baseUrl: string | null;
  readonly load: LoadProfile;
  readonly http: HttpOptions;
  readonly data: readonly DataSet[];
  /** Null: none. */
  readonly probe: Probe | null;
  /** How `profiler load` raises the load until the service breaks; null: it drives `load` as it is. */
  readonly stress: StressPlan | null;
  /** Once per virtual user, in order. */
  readonly setup: readonly Step[];
  readonly tasks: readonly Task[];
  readonly thresholds: readonly Threshold[];
}

export type LoadProfile = ClosedLoad | OpenLoad;

/**
 * Virtual users that wait for each answer. A stage moves linearly from the level of the stage before to its own;
 * the first one holds its level from the start. After the last stage its level holds.
 */
export interface ClosedLoad {
  readonly model: 'closed';
  readonly stages: readonly Stage[];
  readonly thinkTime: ThinkTime;
  /** After this many requests a user ends, and a new one with its own set-up replaces it; null: never. */
  readonly requestsPerUser: number | null;
  /** Null: until it is stopped. */
  readonly durationMs: Milliseconds | null;
}

/** Arrivals at a rate, whether or not the answers keep up. Stages as in the closed model. */
export interface OpenLoad {
  readonly model: 'open';
  readonly stages: readonly Stage[];
  readonly arrivals: 'constant' | 'poisson';
  /** Size of the pool of prepared users. */
  readonly users: number;
  readonly durationMs: Milliseconds | null;
}

export interface Stage {
  /** Users, or arrivals a second. */
  readonly level: number;
  /** Null only in a single stage: as long as the load lasts. */
  readonly durationMs: Milliseconds | null;
  /** Begins at its own level, without a ramp. */
  readonly jump?: boolean;
  /** Weights by name of the tasks that are chosen from while it lasts; absent: all, by their own weights. */
  readonly tasks?: Readonly<Record<string, number>>;
}

/** How requests travel. Null: the default of the engine. */
export interface HttpOptions {
  /** For one request, connecting included. */
  readonly timeoutMs: Milliseconds | null;
  readonly maxConnections: number | null;
  /** Of every request, lower case; a header of the request itself comes first. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each virtual user sends back the cookies that it was given. */
  readonly cookies: boolean;
  /** Ask for compressed answers. */
  readonly gzip: boolean;
  /** Accept a certificate that no trusted authority signed. */
  readonly insecureTls: boolean;
}

/** Rows that templates draw from: `{{name.column}}`, or `{{name}}` where there is one column. */
export interface DataSet {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** `sequence` begins again after the last row. */
  readonly order: 'sequence' | 'random';
  /** A new row for each request, or one for the life of a virtual user. */
  readonly per: 'request' | 'user';
}

/**
 * One cheap request at a fixed rate in addition to the load: it shows stalls that waiting users hide. Reported as `probe`.
 */
export interface Probe {
  readonly path: string;
  readonly ratePerSecond: number;
}

/** Levels (users or arrivals a second, as `load` has it) to try until the service breaks. */
export interface StressPlan {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** What each level is measured for, after it has settled. */
  readonly holdMs: Milliseconds;
  /** A service that breaks at less fails (exit 1); null: nothing is asked. */
  readonly atLeast: number | null;
}

export interface ThinkTime {
  readonly minMs: Milliseconds;
  readonly maxMs: Milliseconds;
}

export interface Step {
  readonly request: RequestTemplate;
  readonly expect: Expectation;
  /** Name of the variable and where its value is in the response: `$.enrollment_token`. */
  readonly capture: Readonly<Record<string, string>>;
}

export interface Task extends Step {
  readonly weight: number;
}

/** Strings may hold `{{…}}`. */
export interface RequestTemplate {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly what is sent, with a content type; null when nothing is. */
  readonly body: { readonly json: JsonValue } | { readonly text: string } | null;
}

export interface Expectation {
  /** Null: any status below 400. */
  readonly status: readonly number[] | null;
  /** Header (lower case) and a text that its value must contain. */
  readonly headers: Readonly<Record<string, string>>;
  /** Texts that the body must contain. */
  readonly bodyContains: readonly string[];
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };
