// What every JavaScript engine of ours has beside the language itself: Node, its workers, the browser.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(input?: ArrayBuffer | ArrayBufferView, options?: { stream?: boolean }): string;
}

declare class TextEncoder {
  encode(input?: string): Uint8Array;
}

declare class URL {
  constructor(url: string, base?: string);
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
  static canParse(url: string): boolean;
  readonly host: string;
  username: string;
  password: string;
}

/** Base64 to a string of bytes; throws where it is none. */
declare function atob(text: string): string;
