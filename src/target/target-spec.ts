/** Which process is meant: exactly one of the TARGET options of the command line. */
export type TargetSpec =
  | { readonly pid: number }
  /** Who listens on this port of this host. */
  | { readonly port: number }
  /** Name of the program or part of it, or part of its command line; `*` matches anything. */
  | { readonly name: string }
  /** `ws://host:port/id` or `host:port` of an inspector that is open already. */
  | { readonly inspect: string }
  /** The socket of the agent that a service has loaded. */
  | { readonly agent: string }
  /** A program to start. */
  | { readonly command: readonly string[] };
