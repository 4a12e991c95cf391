/** The issues: seeded, and created since. */
import type { World } from "../world.ts";
import type { Issue, ProjectKey } from "./issue.ts";
import { seededCount, seededIssues } from "./seed.ts";

const collection = "jira/issues";

/**
 * How long a new issue is missing from searches. The vendor says only that recent changes may not be visible
 * at once; in the lab they never are, so that nobody can come to rely on it.
 */
export const indexLagMs = 3000;

/** Acme's issues: those that were seeded, and those that were created since. */
export class Issues {
  readonly #world: Pick<World, "storage" | "estate">;

  constructor(world: Pick<World, "storage" | "estate">) {
    this.#world = world;
  }

  /** Every issue, oldest first. */
  all(): Issue[] {
    const seededAt = this.#world.estate.seededAt();
    const seeded = seededIssues.map(({ agoMs, updatedAgoMs, ...issue }) => ({
      ...issue,
      createdAt: seededAt - agoMs,
      updatedAt: seededAt - updatedAgoMs,
    }));
    return [...seeded, ...this.#created()];
  }

  /** What a search knows of at `now`: it lags behind. */
  indexed(now: number): Issue[] {
    const known = new Set(seededIssues.map(({ id }) => id));
    return this.all().filter(({ id, createdAt }) => known.has(id) || createdAt + indexLagMs <= now);
  }

  /** An issue by key or id, as it is now. Keys are compared without regard to case. */
  find(idOrKey: string): Issue | undefined {
    return this.all().find(({ id, key }) => id === idOrKey || key === idOrKey.toUpperCase());
  }

  /** Adds an issue under the project's next key. */
  create(issue: Omit<Issue, "id" | "key">): Issue {
    const created = this.#created();
    const nth =
      seededCount[issue.project] + created.filter(({ project }) => project === issue.project).length;
    const id = String(20_000 + created.length);
    const made: Issue = { ...issue, id, key: `${issue.project}-${nth + 1}` };
    this.#world.storage.setChange(collection, id, made);
    return made;
  }

  #created(): Issue[] {
    return [...this.#world.storage.changes<Issue>(collection).values()].toSorted(
      (a, b) => Number(a.id) - Number(b.id),
    );
  }
}

/** True if Acme has a project of that key. */
export function isProject(key: string): key is ProjectKey {
  return Object.hasOwn(seededCount, key);
}
