import { type ProcessFacts, readProcessFacts } from './process-facts.ts';
import { pidsServing } from './who-serves.ts';

/** What forwards to a service that runs elsewhere: its memory and its descriptors are not those of the service. */
const FORWARDS = /^(docker-proxy|rootlessport|rootlesskit|slirp4netns|conmon|pasta|ssh|sshd|kubectl)/;

/**
 * The one process that serves a port of this host, of whatever language; null if there is none, where there are several (the
 * workers of a cluster too), or where its descriptors may not be read.
 */
export function findListener(port: number): ProcessFacts | null {
  const owners = pidsServing(port)
    .map(readProcessFacts)
    .filter((facts) => facts !== null);
  const [owner, ...others] = owners;
  return owner && others.length === 0 && !owner.isOurs && !FORWARDS.test(owner.name) ? owner : null;
}
