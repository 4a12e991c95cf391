import { link } from "../../src/audit/event/chain.ts";
import type { AuditFact } from "../../src/audit/event/event.ts";
import { alike } from "../../src/effect/machine/creation.ts";
import type { OperationUnderWay, StandingOperation, Wanted } from "../../src/effect/machine/matching.ts";
import { DENIAL_LIFE_MS } from "../../src/effect/machine/matching.ts";
import type { Operation } from "../../src/effect/machine/operation.ts";
import type { Durable, Rows } from "../../src/effect/ports.ts";
import { heldSince } from "../../src/effect/retention.ts";
import type { Target } from "../../src/toolkit/change.ts";
import { type ChainHead, GENESIS } from "../../verifier/event/chain-head.ts";
import { wasSent } from "./alike.ts";

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
  /** Arguments in which a creation may differ from one that was sent, and is answered by it all the same. */
  readonly ignored?: readonly string[];
  /** What only waits for approval answers whoever asks for something alike. */
  readonly waiting_answers?: boolean;
  /** What is alike and was sent while another waited for approval ends that one, whatever it was. */
  readonly meanwhile_ends?: boolean;
  /** What contradicts an earlier change isn't seen when that is asked for again. */
  readonly outlives_later?: boolean;
  /** What was superseded keeps nothing from being sent, not even what contradicts it. */
  readonly superseded_is_over?: boolean;
  /** The match isn't taken again before a creation is sent. */
  readonly one_match?: boolean;
  /** The chain's head is read now and written later, as an awaited hash would have it. */
  readonly async_hash?: boolean;
  /** It doesn't tell when something was last dispatched, so that any look at the target is trusted. */
  readonly stale_look?: boolean;
  /** Every dispatch has the same fence, as if nobody looked at it. */
  readonly one_fence?: boolean;
}

const UNDER_WAY: readonly string[] = ["executing", "unknown", "probing"];
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

  underWay(target: Target): OperationUnderWay[] {
    const under_way = this.#on(target)
      .filter(({ state }) => UNDER_WAY.includes(state))
      .map((operation) => ({ operation, superseded: this.superseders(operation.id).some(wasSent) }));
    return this.#bugs.superseded_is_over ? under_way.filter(({ superseded }) => !superseded) : under_way;
  }

  executing(): Operation[] {
    return this.#disk.rows.filter(({ state }) => state === "executing");
  }

  longestEnded(limit: number): Operation[] {
    const held = this.#disk.rows.filter((row) => heldSince(row) !== null);
    return held.toSorted((a, b) => a.state_at - b.state_at).slice(0, limit);
  }

  /** No story of the model lasts that long. */
  giveUpAt(): void {}

  waiting(wanted: Wanted): Operation[] {
    return this.#sameAs(wanted).filter(({ state }) => WAITING.includes(state));
  }

  same(wanted: Wanted, now: number): Operation[] {
    const { window_ms } = wanted.repeats;
    const about_to_be_sent = wanted.known === null;
    if (about_to_be_sent && this.#bugs.one_match) return [];
    return this.#sameAs(wanted)
      .filter(
        ({ state, state_at }) =>
          !["expired", "abandoned"].includes(state) &&
          (!["succeeded", "failed_safe"].includes(state) || state_at > now - window_ms) &&
          (state !== "denied" || state_at > now - DENIAL_LIFE_MS),
      )
      .map((row) => this.#misread(row, wanted, about_to_be_sent))
      .toReversed();
  }

  /** What planted bugs make of the arguments of a creation. */
  #misread(row: Operation, { input }: Wanted, about_to_be_sent: boolean): Operation {
    const { ignored = [], waiting_answers, meanwhile_ends } = this.#bugs;
    const waits = WAITING.includes(row.state);
    if ((waiting_answers && waits) || (meanwhile_ends && about_to_be_sent)) return { ...row, input };
    if (ignored.length === 0 || waits) return row;
    const taken = Object.entries(input).filter(([field]) => ignored.includes(field));
    return { ...row, input: { ...row.input, ...Object.fromEntries(taken) } };
  }

  dispatches(target: Target): number {
    return Math.max(0, ...this.#on(target).map(({ dispatch_order }) => dispatch_order ?? 0));
  }

  lastDispatched(target: Target, but_of: string): Operation | null {
    const dispatched = this.#on(target).filter(
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

  standing(wanted: Wanted, now: number): StandingOperation {
    const same = this.same(wanted, now);
    const sent = same.flatMap(({ dispatch_order }) => (dispatch_order === null ? [] : [dispatch_order]));
    const later = this.#on(wanted.target).filter(
      (row) => wasSent(row) && row.key !== wanted.key && (row.dispatch_order ?? 0) > Math.min(...sent),
    );
    return {
      known: wanted.known === null ? null : this.get(wanted.known),
      same,
      later: this.#bugs.outlives_later ? [] : later,
      under_way: this.underWay(wanted.target),
      superseders: wanted.supersedes === null ? [] : this.superseders(wanted.supersedes),
      superseded: wanted.supersedes === null ? null : this.get(wanted.supersedes),
    };
  }

  superseders(id: string): Operation[] {
    return this.#disk.rows
      .filter(({ supersedes, state }) => supersedes === id && !["expired", "abandoned"].includes(state))
      .toReversed();
  }

  #sameAs(wanted: Wanted): Operation[] {
    return this.#on(wanted.target).filter((row) =>
      wanted.title === null ? row.key === wanted.key : alike(row, wanted),
    );
  }

  #on(target: Target): Operation[] {
    return this.#disk.rows.filter((row) => row.target.kind === target.kind && row.target.id === target.id);
  }
}
