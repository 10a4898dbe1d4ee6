/** How the files of a service are made into what is run. */
export type Build = 'none' | 'typescript' | 'bundled' | 'bundled-typescript';

/** A service that leaks. The line that adds ends in `// adds` and is what a report should name; nobody shows the tool that mark. */
export interface LineCase {
  readonly name: string;
  /** What keeps what. */
  readonly leak: string;
  readonly build: Build;
  /** By name; the first is started. */
  readonly files: Readonly<Record<string, string>>;
  /** Text of the statement that removes, where there is one: the report should find it. */
  readonly removes?: boolean;
}
