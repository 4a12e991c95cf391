/** A guard taken out or turned round, and the tests that are expected to notice. */
export interface Mutant {
  /** What the program would be without the guard, in kebab case. */
  readonly name: string;
  /** Source file, from the project's root. */
  readonly file: string;
  /** Exact source text. It occurs once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Test files that are run, from the project's root: those that should notice, not all that might. */
  readonly tests: readonly string[];
  /** Why nothing notices, where a second guard behind this one keeps the promise by itself. */
  readonly survives?: string;
}

/**
 * The source with the guard taken out.
 * @throws Error if the text isn't there exactly once: the list is older than the source
 */
export function mutate(source: string, { name, file, find, replace }: Mutant): string {
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`${name} is stale: its text occurs ${times} times in ${file}`);
  // As a function: in a replacement text, `$` would mean something.
  return source.replace(find, () => replace);
}
