/** Appends events to an object's own chain, in the same transaction as the state that they tell of. */
import { v7 as uuidv7 } from "uuid";
import { type ChainHead, GENESIS } from "../../../verifier/event/chain-head.ts";
import type { ChainKind } from "../../../verifier/event/place.ts";
import { link } from "../event/chain.ts";
import type { AuditFact } from "../event/event.ts";
import type { Due } from "./due.ts";

/** How long an event waits for others before the outbox is sent, in milliseconds. */
const FLUSH_AFTER_MS = 200;
/** How often a busy object's outbox is sent at most: what comes in between goes together. In milliseconds. */
const FLUSH_PAUSE_MS = 1_000;

/** How a chain begins: what the tenant's object is told of each, so that a chain that vanishes is missed. */
export interface Genesis {
  readonly chain: string;
  /** The first event's hash. */
  readonly hash: string;
}

interface ChainRow extends Record<string, SqlStorageValue> {
  kind: string;
  name: string;
  chain: string;
  seq: number;
  hash: string;
}

/** An object's own chain of audit events. Everything here is synchronous: see `chain.ts`. */
export class Ledger {
  readonly #storage: DurableObjectStorage;
  readonly #due: Due;
  readonly #tenant: string;
  /** As last seen. A transaction that rolls back leaves it ahead, so every use compares it with the row. */
  #remembered: ChainRow | undefined;
  /** What {@link identify} was told. A transaction that rolls back may leave it without its row. */
  #identity: Pick<ChainRow, "kind" | "name"> | undefined;
  #flush_at = 0;

  constructor(storage: DurableObjectStorage, due: Due, tenant: string) {
    this.#storage = storage;
    this.#due = due;
    this.#tenant = tenant;
  }

  /**
   * Names the chain, once: `kind/name/incarnation`. The incarnation is random, so that an object whose
   * storage was lost begins a new chain and never answers for the old one's numbers.
   * @throws Error if the object already has another name.
   */
  identify(kind: ChainKind, name: string): void {
    const known = this.#identity;
    if (known?.kind === kind && known.name === name) return;
    const row = this.#row();
    if (row !== undefined && (row.kind !== kind || row.name !== name))
      throw new Error(`this object's chain is ${row.chain}, not one of ${kind}/${name}`);
    if (row === undefined) this.#begin({ kind, name });
    this.#identity = { kind, name };
  }

  #begin({ kind, name }: Pick<ChainRow, "kind" | "name">): ChainRow {
    const incarnation = Buffer.from(crypto.getRandomValues(new Uint8Array(9))).toString("base64url");
    const row = { kind, name, chain: `${kind}/${name}/${incarnation}`, ...GENESIS };
    this.#storage.sql.exec(
      `INSERT INTO audit_chain (id, kind, name, chain, seq, hash, confirmed_seq) VALUES (1, ?, ?, ?, ?, ?, 0)`,
      ...[row.kind, row.name, row.chain, row.seq, row.hash],
    );
    this.#remembered = row;
    return row;
  }

  /** @throws Error before {@link identify}. */
  get chain(): string {
    return this.#require().chain;
  }

  /** The last event's number and hash. @throws Error before {@link identify}. */
  get head(): ChainHead {
    const { seq, hash } = this.#require();
    return { seq, hash };
  }

  /**
   * Appends a fact to the chain and the outbox, and returns its event id (UUIDv7).
   *
   * Call it in the `transactionSync` that writes the state it describes: then neither exists without the
   * other. If it throws, so must the transaction: what can't be audited doesn't happen.
   */
  append(fact: AuditFact): string {
    return this.#storage.transactionSync(() => {
      const remembered = this.#remembered;
      const appended = remembered === undefined ? null : this.#appendTo(remembered, fact);
      if (appended !== null) return appended;
      this.#remembered = undefined;
      const after_reading = this.#appendTo(this.#require(), fact);
      if (after_reading === null) throw new Error("the chain's head isn't what was just read");
      return after_reading;
    });
  }

  /** The event's id, or `null` without having done anything if the chain's head isn't `head` any more. */
  #appendTo(head: ChainRow, fact: AuditFact): string | null {
    const { chain, seq, hash } = head;
    const event_id = uuidv7();
    const now = Date.now();
    const stamp = { chain, tenant: this.#tenant, event_id, at: new Date(now).toISOString() };
    const next = link({ seq, hash }, stamp, fact);
    const { sql } = this.#storage;
    const { rowsWritten } = sql.exec(
      "UPDATE audit_chain SET seq = ?, hash = ? WHERE id = 1 AND seq = ? AND hash = ?",
      next.seq,
      next.hash,
      seq,
      hash,
    );
    if (rowsWritten === 0) return null;
    sql.exec("INSERT INTO audit_outbox (seq, hash, event) VALUES (?, ?, ?)", next.seq, next.hash, next.event);
    this.#remembered = { ...head, seq: next.seq, hash: next.hash };
    // Never later than a pause from now, even if the clock has gone back since.
    const flush_at = Math.min(
      Math.max(now + FLUSH_AFTER_MS, this.#flush_at + FLUSH_PAUSE_MS),
      now + FLUSH_PAUSE_MS,
    );
    if (this.#due.soon("flush", "", flush_at)) this.#flush_at = flush_at;
    // Told by the alarm that sends the event: the call that begins a chain doesn't wait for another object.
    if (next.seq === GENESIS.seq + 1) this.#due.soon("register", next.hash, now + FLUSH_AFTER_MS);
    return event_id;
  }

  #row(): ChainRow | undefined {
    return this.#storage.sql
      .exec<ChainRow>("SELECT kind, name, chain, seq, hash FROM audit_chain WHERE id = 1")
      .toArray()[0];
  }

  #require(): ChainRow {
    const row = this.#row();
    if (row !== undefined) return row;
    if (this.#identity !== undefined) return this.#begin(this.#identity);
    throw new Error("this object has no chain yet: call identify first");
  }
}
