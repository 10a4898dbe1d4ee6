import type { PlaceOf, RawCallFrame, SourcePlace } from '../model/profiles.ts';
import { type Pseudo, pseudoOf } from './call-tree.ts';
import { namedPlace } from './function-times.ts';

/** What a frame is to somebody who wants to change something. */
export interface FrameRole {
  readonly name: string;
  readonly place: SourcePlace | null;
  /** The application's own code, a package's, Node's own modules, native code, or no function at all. */
  readonly role: 'own' | 'package' | 'node' | 'native' | Pseudo;
  /** `readFileSync`: a call of Node that makes the event loop wait; null for what is none. */
  readonly syncCall: string | null;
  /** Sends and receives: the work of every server, which nobody can save. */
  readonly isPlumbing: boolean;
}

/** A function that somebody can change: of the application, or of a package where none of the application's is above it. */
export interface Owner {
  readonly name: string;
  readonly place: SourcePlace;
  readonly isOwn: boolean;
}

const ANONYMOUS = '(anonymous)';

const SYNC_MODULES = /^node:(?:fs|child_process|zlib|crypto|internal\/(?:fs|child_process|crypto)(?:\/|$))/;
/** Functions of Node that synchronous forms come down to but that bear other names: all of zlib's. */
const SYNC_WRAPPERS: Readonly<Record<string, string>> = {
  syncBufferWrapper: 'zlib …Sync',
  zlibBufferSync: 'zlib …Sync',
};
const PLUMBING =
  /^node:(?:net|tls|_tls_|http$|_http_|http2|internal\/http|internal\/streams\/|internal\/stream_base_commons|stream|internal\/js_stream_socket)/;

/** Gives the role of a frame; each is looked up once. */
export function frameRoles(placeOf: PlaceOf): (frame: RawCallFrame) => FrameRole {
  const known = new Map<RawCallFrame, FrameRole>();
  return (frame) => {
    const role = known.get(frame) ?? describe(frame, placeOf);
    known.set(frame, role);
    return role;
  };
}

/**
 * Who is answerable for a frame below `above`: itself when it is the application's, or a package's that the application
 * did not call; else `above` still. A callback without a name is part of the function around it.
 */
export function ownerBelow(above: Owner | null, { role, name, place }: FrameRole): Owner | null {
  if (place === null || !(role === 'own' || (role === 'package' && !above?.isOwn))) return above;
  const isPartOfAbove = name === ANONYMOUS && above !== null && above.place.file === place.file;
  return isPartOfAbove ? above : { name, place, isOwn: role === 'own' };
}

export function ownerKey({ name, place }: Owner): string {
  return `${place.file}:${place.line}:${place.column} ${name}`;
}

function describe(frame: RawCallFrame, placeOf: PlaceOf): FrameRole {
  const { name, place } = namedPlace(frame, placeOf);
  const pseudo = pseudoOf(frame);
  const isNode = frame.url.startsWith('node:');
  return {
    name,
    place,
    role: pseudo ?? (isNode ? 'node' : place === null ? 'native' : place.package === null ? 'own' : 'package'),
    syncCall: isNode && SYNC_MODULES.test(frame.url) ? syncCallOf(frame.functionName) : null,
    isPlumbing: PLUMBING.test(frame.url),
  };
}

function syncCallOf(functionName: string): string | null {
  return SYNC_WRAPPERS[functionName] ?? (/^\w+Sync$/.test(functionName) ? functionName : null);
}
