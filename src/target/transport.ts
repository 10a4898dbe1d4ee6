/** What carries the messages of one session to a target and back: a connection to its inspector, or to the agent in it. */
export interface Transport {
  readonly isOpen: boolean;
  /** To be called once, before anything is sent. `closed` is called once, with the reason as text. */
  listen(listeners: { readonly message: (text: string) => void; readonly closed: (reason: string) => void }): void;
  send(text: string): void;
  /** At once, whatever is on its way. */
  terminate(): void;
}
