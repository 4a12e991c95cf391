/** The list of every real effect, in order. */
import { Bell } from "./bell.ts";
import type { Storage } from "./storage.ts";

/** One real state change that a simulator performed. The shape is public: other programs read it. */
export interface Effect {
  vendor: string;
  /** The vendor's own name of the action, such as `contain`. */
  action: string;
  /** `<kind>/<id>`, such as `device/<id>`. */
  target: string;
  /** ISO 8601 UTC. */
  at: string;
  /** The caller's X-Request-Id, else the trace id of the answer. */
  request_id: string;
}

/** The list of everything that really happened in the estate, in order. */
export class Effects {
  readonly #storage: Storage;
  readonly #bell = new Bell();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Appends an effect. Call it inside the transaction that changes the estate, so that one can't be without the other. */
  record(effect: Effect): void {
    this.#storage.run(
      "INSERT INTO effects (vendor, action, target, at, request_id) VALUES (?, ?, ?, ?, ?)",
      effect.vendor,
      effect.action,
      effect.target,
      effect.at,
      effect.request_id,
    );
  }

  /** Tells those who wait that a transaction with effects may have been committed. */
  committed(): void {
    this.#bell.ring();
  }

  /** All effects, oldest first. */
  list(): Effect[] {
    return this.#storage.all<Effect>(
      "SELECT vendor, action, target, at, request_id FROM effects ORDER BY seq",
    );
  }

  /** How many effects there are. */
  count(): number {
    return this.#storage.get<{ n: number }>("SELECT count(*) AS n FROM effects")?.n ?? 0;
  }

  /** Resolves when there are at least `count` effects, or after `timeoutMs`. */
  atLeast(count: number, timeoutMs: number): Promise<void> {
    return this.#bell.until(() => this.count() >= count, timeoutMs);
  }

  /** Forgets all effects. */
  clear(): void {
    this.#storage.run("DELETE FROM effects");
  }
}
