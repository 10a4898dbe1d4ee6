import type { AllocationGrowth } from '../../cpu/allocation-sites.ts';
import type { PlaceOf } from '../../model/profiles.ts';
import type { Sample } from '../../model/sample.ts';
import type { CodeOfRun } from '../../model/script-code.ts';
import { CodeMap } from './code-map.ts';
import { type Frames, framesOf } from './frames.ts';
import { requestsCounted } from './requests-counted.ts';

/** The program of a run, with what was seen of it while it ran. Made when a finding first asks for it. */
export class RunCode {
  readonly placeOf: PlaceOf;
  /** Requests while calls were counted; null if calls were not counted, or if unknown. */
  readonly requests: number | null;
  readonly #code: CodeOfRun;
  readonly #allocationGrowth: readonly AllocationGrowth[];
  #map: CodeMap | null = null;
  #frames: Frames | null = null;

  constructor(
    code: CodeOfRun,
    placeOf: PlaceOf,
    allocationGrowth: readonly AllocationGrowth[],
    samples: readonly Sample[] = [],
  ) {
    this.#code = code;
    this.placeOf = placeOf;
    this.requests = requestsCounted(code.counted, samples);
    this.#allocationGrowth = allocationGrowth;
  }

  get map(): CodeMap {
    this.#map ??= new CodeMap(this.#code.scripts);
    return this.#map;
  }

  get frames(): Frames {
    this.#frames ??= framesOf(this.map, this.placeOf, this.#allocationGrowth);
    return this.#frames;
  }
}
