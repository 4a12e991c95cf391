import { type ChainHead, GENESIS, link } from "../../src/audit/chain.ts";
import type { AuditFact } from "../../src/audit/event.ts";
import type { Standing, Wanted } from "../../src/effect/matching.ts";
import { DENIAL_LIFE_MS } from "../../src/effect/matching.ts";
import type { Operation } from "../../src/effect/operation.ts";
import type { Durable, Rows } from "../../src/effect/ports.ts";

/** What is on the model's disk. Everything in it is immutable, so a transaction is undone by going back. */
interface Disk {
  readonly rows: readonly Operation[];
  readonly journal: readonly AuditFact[];
  readonly chain: readonly {
    readonly event: string;
    readonly seq: number;
    readonly hash: string;
    readonly prev: string;
  }[];
  readonly head: ChainHead;
  readonly turns: ReadonlyMap<string, number>;
}

/** Bugs that can be planted in a disk. */
export interface DiskBugs {
  /** The chain's head is read now and written later, as an awaited hash would have it. */
  readonly async_hash?: boolean;
  /** It doesn't tell when something was last dispatched, so that any look at the target is trusted. */
  readonly stale_look?: boolean;
  /** Every dispatch has the same fence, as if nobody looked at it. */
  readonly one_fence?: boolean;
}

const BUSY: readonly string[] = ["executing", "unknown", "probing"];
const MAY_BE_SENT: readonly string[] = [
  "claimed",
  "awaiting_confirmation",
  "awaiting_approval",
  "approved",
  "executing",
  "unknown",
  "probing",
];
const WAITING: readonly string[] = ["claimed", "awaiting_confirmation", "awaiting_approval"];

/** A disk in memory: it outlives the object that writes to it, and knows all of a transaction or nothing. */
export class MemoryDisk implements Durable, Rows {
  #disk: Disk = { rows: [], journal: [], chain: [], head: GENESIS, turns: new Map() };
  readonly rows: Rows = this;
  readonly #now: () => number;
  readonly #bugs: DiskBugs;

  constructor(now: () => number, bugs: DiskBugs = {}) {
    this.#now = now;
    this.#bugs = bugs;
  }

  get operations(): readonly Operation[] {
    return this.#disk.rows;
  }

  get journal(): readonly AuditFact[] {
    return this.#disk.journal;
  }

  get chain(): Disk["chain"] {
    return this.#disk.chain;
  }

  get turns(): ReadonlyMap<string, number> {
    return this.#disk.turns;
  }

  transaction<Result>(work: () => Result): Result {
    const before = this.#disk;
    try {
      return work();
    } catch (thrown) {
      this.#disk = before;
      throw thrown;
    }
  }

  append(fact: AuditFact): void {
    const { head, journal, chain } = this.#disk;
    const at = new Date(this.#now()).toISOString();
    const ids = { chain: "effect/model/1", tenant: "acme", event_id: `e${journal.length}`, at };
    const next = link(head, ids, fact);
    const moved = { seq: next.seq, hash: next.hash };
    this.#disk = { ...this.#disk, journal: [...journal, fact], chain: [...chain, next] };
    if (this.#bugs.async_hash) queueMicrotask(() => this.#move(moved));
    else this.#move(moved);
  }

  #move(head: ChainHead): void {
    this.#disk = { ...this.#disk, head };
  }

  turn(id: string, at: number | null): void {
    const turns = new Map(this.#disk.turns);
    if (at === null) turns.delete(id);
    else turns.set(id, at);
    this.#disk = { ...this.#disk, turns };
  }

  get(id: string): Operation | null {
    return this.#disk.rows.find((row) => row.id === id) ?? null;
  }

  insert(operation: Operation): void {
    this.#disk = { ...this.#disk, rows: [...this.#disk.rows, operation] };
  }

  update(operation: Operation): void {
    const written = this.#bugs.one_fence ? { ...operation, fence: Math.min(1, operation.fence) } : operation;
    const rows = this.#disk.rows.map((row) => (row.id === operation.id ? written : row));
    this.#disk = { ...this.#disk, rows };
  }

  busy(): Operation | null {
    return this.#disk.rows.find(({ state }) => BUSY.includes(state)) ?? null;
  }

  executing(): Operation[] {
    return this.#disk.rows.filter(({ state }) => state === "executing");
  }

  waiting(key: string): Operation[] {
    return this.#disk.rows.filter((row) => row.key === key && WAITING.includes(row.state));
  }

  lastDispatched(but_of: string | null): Operation | null {
    const dispatched = this.#disk.rows.filter(
      ({ dispatch_order, key }) => dispatch_order !== null && key !== but_of,
    );
    const last = dispatched.toSorted((a, b) => (b.dispatch_order ?? 0) - (a.dispatch_order ?? 0))[0];
    if (last === undefined) return null;
    return this.#bugs.stale_look ? { ...last, dispatched_at: null } : last;
  }

  successor(operation: Operation, since: number): Operation | null {
    const { rows } = this.#disk;
    const later = rows.slice(rows.findIndex(({ id }) => id === operation.id) + 1).toReversed();
    return (
      later.find(
        ({ key, state, state_at }) =>
          key === operation.key &&
          (MAY_BE_SENT.includes(state) || (state === "succeeded" && state_at > since)),
      ) ?? null
    );
  }

  standing(wanted: Wanted, reversed_by: string | null, now: number): Standing {
    const newest = this.#disk.rows.toReversed();
    const dispatched = (tool: string) =>
      newest
        .filter((row) => row.tool === tool && row.dispatch_order !== null && row.state !== "failed_safe")
        .toSorted((a, b) => (b.dispatch_order ?? 0) - (a.dispatch_order ?? 0))[0] ?? null;
    return {
      known: wanted.known === null ? null : this.get(wanted.known),
      same: newest.filter(
        ({ key, state, state_at }) =>
          key === wanted.key &&
          !["expired", "abandoned"].includes(state) &&
          (!["succeeded", "failed_safe"].includes(state) || state_at > now - wanted.window_ms) &&
          (state !== "denied" || state_at > now - DENIAL_LIFE_MS),
      ),
      busy: this.busy(),
      reversal: reversed_by === null ? null : dispatched(reversed_by),
      superseder:
        newest.find(
          ({ supersedes, state }) =>
            wanted.supersedes !== null &&
            supersedes === wanted.supersedes &&
            !["expired", "abandoned"].includes(state),
        ) ?? null,
      superseded: wanted.supersedes === null ? null : this.get(wanted.supersedes),
    };
  }
}
