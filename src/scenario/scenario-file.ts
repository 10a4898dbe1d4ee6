import type { JsonValue } from './scenario.ts';

/** A scenario file as it is written, after it was checked against the schema: texts and units still to be read. */
export interface ScenarioFile {
  readonly name: string;
  readonly baseUrl?: string;
  readonly load: LoadFile;
  readonly http?: {
    readonly timeout?: string;
    readonly maxConnections?: number;
    readonly headers?: Readonly<Record<string, string | number>>;
    readonly cookies?: boolean;
    readonly gzip?: boolean;
    readonly insecureTls?: boolean;
  };
  readonly data?: Readonly<Record<string, DataFile>>;
  readonly probe?: { readonly path: string; readonly rate?: string | number };
  readonly stress?: StressFile;
  readonly setup?: readonly StepFile[];
  readonly tasks: readonly (StepFile & { readonly weight?: number })[];
  readonly thresholds?: Readonly<Record<string, readonly (string | LimitFile)[]>>;
}

/** A limit that ends the load where it fails. */
interface LimitFile {
  readonly limit: string;
  readonly abortOnFail?: boolean;
  readonly after?: string;
}

export interface DataFile {
  readonly file?: string;
  readonly values?: readonly (string | number)[];
  readonly order?: 'sequence' | 'random';
  readonly per?: 'request' | 'user';
}

export interface StressFile {
  readonly from: string | number;
  readonly to: string | number;
  readonly step?: string | number;
  readonly hold?: string;
  readonly atLeast?: string | number;
}

export interface LoadFile {
  readonly model: 'open' | 'closed';
  readonly users?: number;
  readonly rate?: string | number;
  readonly stages?: readonly StageFile[];
  readonly requestsPerUser?: number;
  readonly thinkTime?: string;
  readonly arrivals?: 'constant' | 'poisson';
  readonly duration?: string;
}

export interface StageFile {
  readonly users?: number;
  readonly rate?: string | number;
  readonly duration: string;
  readonly jump?: boolean;
  readonly tasks?: readonly string[] | Readonly<Record<string, number>>;
}

export interface StepFile {
  readonly request: {
    readonly name?: string;
    readonly method?: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string | number>>;
    readonly json?: JsonValue;
    readonly body?: string;
  };
  readonly expect?: {
    readonly status?: number | readonly number[];
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | readonly string[];
  };
  readonly capture?: Readonly<Record<string, string>>;
}
