/** Tells the demo's scenes, and stops at the first that doesn't hold. */
import type { Answer } from "./agent.ts";

/** Tells the story on stdout, and doesn't let it go on when it isn't true. */
export class Narrator {
  #told = 0;

  chapter(title: string): void {
    console.log(`\n── ${title}`);
  }

  /** One scene: what was done, and a claim about what came of it. @throws Error when the claim doesn't hold */
  scene(what: string, holds: boolean, seen: Answer | string): void {
    const shown = typeof seen === "string" ? seen : brief(seen);
    if (!holds) throw new Error(`${what}\n  expected otherwise: ${JSON.stringify(seen, null, 2)}`);
    this.#told += 1;
    console.log(`${String(this.#told).padStart(3)}. ${what}\n     ${shown}`);
  }

  get told(): number {
    return this.#told;
  }
}

function brief({ status, data, coverage, operation, error, resource }: Answer): string {
  if (error !== undefined) {
    const attempts = error.attempts === undefined ? "" : ` after ${error.attempts} attempts`;
    const issues = (error.issues ?? []).map(({ path, message }) => ` [${path}: ${message}]`).join("");
    return `${error.kind}/${error.code}${attempts}: ${error.message}${issues}`;
  }
  if (resource !== undefined) return `${status}: ${resource.kind} ${resource.id}`;
  if (operation !== undefined) {
    const { id, state, replayed, evidence, still_in_effect } = operation;
    const still = still_in_effect === undefined ? "" : `, still in effect: ${still_in_effect}`;
    return `${status}: ${id} ${state}${replayed === undefined ? "" : `, replayed: ${replayed}`}, evidence: ${evidence ?? "none"}${still}`;
  }
  const lists = Object.entries(data ?? {}).map(([name, value]) =>
    Array.isArray(value) ? `${value.length} ${name}` : `${name} ${JSON.stringify(value)}`,
  );
  return `${status}: ${lists.slice(0, 3).join(", ")}; complete: ${coverage?.complete}`;
}
