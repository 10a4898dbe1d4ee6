import type { JsonValue } from './scenario.ts';

/** A scenario file as it is written, after it was held against the schema: texts and units still to be read. */
export interface ScenarioFile {
  readonly name: string;
  readonly baseUrl?: string;
  readonly load: LoadFile;
  readonly setup?: readonly StepFile[];
  readonly tasks: readonly (StepFile & { readonly weight?: number })[];
  readonly thresholds?: Readonly<Record<string, readonly string[]>>;
}

export interface LoadFile {
  readonly model: 'open' | 'closed';
  readonly users?: number;
  readonly rate?: string | number;
  readonly stages?: readonly { readonly users?: number; readonly rate?: string | number; readonly duration: string }[];
  readonly requestsPerUser?: number;
  readonly thinkTime?: string;
  readonly arrivals?: 'constant' | 'poisson';
  readonly duration?: string;
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
