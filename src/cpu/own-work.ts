import type { PlaceOf, RawCallFrame, SourcePlace } from '../model/profiles.ts';
import type { Microseconds } from '../model/units.ts';
import { type FrameRole, frameRoles, type Owner, ownerBelow, ownerKey } from './frame-roles.ts';
import type { ProfileNodes } from './profile-nodes.ts';

/** What one function does itself, with all that it makes Node, packages and native code do; sockets left out. */
export interface OwnedWork extends Owner {
  readonly us: Microseconds;
  /** What most of it goes into when that is not the function itself: `inflate`, `deepClone`; null otherwise. */
  readonly callee: { readonly name: string; readonly place: SourcePlace | null; readonly us: Microseconds } | null;
}

/** Time in one kind of call from one function. */
export interface CallWork {
  readonly kind: 'sync' | 'json';
  /** `readFileSync`, `JSON`. */
  readonly call: string;
  readonly caller: Owner;
  /** Line of the call; that of the function where only the function is known. */
  readonly line: number;
  readonly us: Microseconds;
}

export interface WorkSums {
  /** All but idle. */
  readonly busyUs: Microseconds;
  readonly wallUs: Microseconds;
  /** Largest first. */
  readonly owned: readonly OwnedWork[];
  readonly calls: readonly CallWork[];
}

interface State {
  readonly owner: Owner | null;
  readonly syncCall: string | null;
  /** Below `require` and `import`: reads files once, whatever calls it. */
  readonly isLoading: boolean;
  readonly isPlumbing: boolean;
  readonly callee: FrameRole | null;
}

const OUTSIDE: State = {
  owner: null,
  syncCall: null,
  isLoading: false,
  isPlumbing: false,
  callee: null,
};

/**
 * Books every microsecond on the nearest function of the application above it in the stack, and apart from that what
 * went into synchronous calls and into JSON; of windows as they come. `jsonLines`: lines of the script at a URL that
 * call JSON, which V8 books on the caller.
 */
export class OwnWork {
  readonly #placeOf: PlaceOf;
  readonly #jsonLines: (url: string) => ReadonlySet<number>;
  readonly #roleOf: (frame: RawCallFrame) => FrameRole;
  readonly #books = new Books();

  constructor(placeOf: PlaceOf, jsonLines: (url: string) => ReadonlySet<number>) {
    this.#placeOf = placeOf;
    this.#jsonLines = jsonLines;
    this.#roleOf = frameRoles(placeOf);
  }

  add(nodes: ProfileNodes): void {
    const states: State[] = [];
    nodes.frames.forEach((frame, index) => {
      const role = this.#roleOf(frame);
      const state = below(states[nodes.parentOf[index] ?? -1] ?? OUTSIDE, role, frame.url);
      states.push(state);
      const us = nodes.selfUs[index] ?? 0;
      this.#books.add(role, state, us);
      const { owner } = state;
      if (owner === null) return;
      for (const [line, share] of jsonTicks(nodes, index, this.#jsonLines(frame.url))) {
        // A line of a package is no line of the function that is told.
        const at = role.role === 'own' ? this.#placeOf(frame.url, line - 1, 0, frame.functionName) : null;
        this.#books.addCall('json', 'JSON', owner, at?.line ?? owner.place.line, share * us);
      }
    });
  }

  sums(): WorkSums {
    return this.#books.sums();
  }
}

function below(above: State, role: FrameRole, url: string): State {
  const owner = ownerBelow(above.owner, role);
  if (role.role === 'own' || owner !== above.owner) return { ...OUTSIDE, owner };
  const isLoading = above.isLoading || url.startsWith('node:internal/modules/');
  return {
    ...above,
    isLoading,
    isPlumbing: above.isPlumbing || role.isPlumbing,
    syncCall: isLoading ? null : (above.syncCall ?? role.syncCall),
    callee: role,
  };
}

/** Shares of the samples of a node by line, of those lines only that call JSON. */
function jsonTicks(nodes: ProfileNodes, index: number, lines: ReadonlySet<number>): Map<number, number> {
  const byLine = new Map<number, number>();
  const ticks = nodes.ticks[index] ?? [];
  const all = ticks.reduce((sum, one) => sum + one.ticks, 0);
  for (const { line, ticks: count } of ticks) {
    if (lines.has(line)) byLine.set(line, (byLine.get(line) ?? 0) + count / all);
  }
  return byLine;
}

type Growing<T> = { -readonly [Key in keyof T]: T[Key] };

class Books {
  #busyUs = 0;
  #idleUs = 0;
  readonly #owned = new Map<
    string,
    { owner: Owner; us: number; callees: Map<string, { role: FrameRole; us: number }> }
  >();
  readonly #calls = new Map<string, Growing<CallWork>>();

  add({ role }: FrameRole, { owner, isPlumbing, syncCall, callee }: State, us: Microseconds): void {
    if (role === 'idle') this.#idleUs += us;
    else this.#busyUs += us;
    if (owner === null || us <= 0) return;
    if (syncCall !== null) this.addCall('sync', syncCall, owner, owner.place.line, us);
    if (isPlumbing) return;
    const key = ownerKey(owner);
    const entry = this.#owned.get(key) ?? { owner, us: 0, callees: new Map() };
    this.#owned.set(key, entry);
    entry.us += us;
    if (callee === null) return;
    const known = entry.callees.get(callee.name) ?? { role: callee, us: 0 };
    known.us += us;
    entry.callees.set(callee.name, known);
  }

  addCall(kind: CallWork['kind'], call: string, caller: Owner, line: number, us: Microseconds): void {
    const key = `${kind} ${call} ${line} ${ownerKey(caller)}`;
    const entry = this.#calls.get(key) ?? { kind, call, caller, line, us: 0 };
    entry.us += us;
    this.#calls.set(key, entry);
  }

  sums(): WorkSums {
    const owned = [...this.#owned.values()]
      .map(({ owner, us, callees }): OwnedWork => {
        const most = [...callees.values()].sort((a, b) => b.us - a.us)[0];
        const callee = most && most.us > us / 2 ? { name: most.role.name, place: most.role.place, us: most.us } : null;
        return { ...owner, us, callee };
      })
      .sort((a, b) => b.us - a.us);
    const calls = [...this.#calls.values()].sort((a, b) => b.us - a.us);
    return { busyUs: this.#busyUs, wallUs: this.#busyUs + this.#idleUs, owned, calls };
  }
}
