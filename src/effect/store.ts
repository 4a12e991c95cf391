import { applySchema } from "../audit/schema.ts";
import type { Standing, Wanted } from "./matching.ts";
import { DENIAL_LIFE_MS } from "./matching.ts";
import type { Operation } from "./operation.ts";
import type { Rows } from "./ports.ts";

const TABLE = `CREATE TABLE operations (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     key TEXT NOT NULL,
     tool TEXT NOT NULL,
     state TEXT NOT NULL,
     state_at INTEGER NOT NULL,
     dispatch_order INTEGER,
     supersedes TEXT,
     record TEXT NOT NULL
   )`;

const INDEXES = `CREATE INDEX operations_by_order ON operations (dispatch_order);
   CREATE INDEX operations_by_dispatch ON operations (tool, dispatch_order DESC) WHERE dispatch_order IS NOT NULL;
   CREATE INDEX operations_by_superseded ON operations (supersedes, number DESC) WHERE supersedes IS NOT NULL;
   CREATE INDEX operations_under_way ON operations (state) WHERE state IN ('executing', 'unknown', 'probing')`;

/** By time within a state: what succeeded long ago can't answer any more, and there may be any number of it. */
const BY_KEY = "CREATE INDEX operations_by_key ON operations (key, state, state_at)";

/** Exported for the test that compares the two ways to the same tables. */
export const EFFECT_SCHEMA = [
  `${TABLE}; CREATE INDEX operations_by_key ON operations (key, state, number DESC); ${INDEXES}`,
  `DROP INDEX operations_by_key; ${BY_KEY}`,
] as const;
/** What {@link EFFECT_SCHEMA} comes to. */
export const EFFECT_WHOLE = `${TABLE}; ${BY_KEY}; ${INDEXES}`;

/** States of operations that may still be sent. */
const OPEN =
  "'claimed', 'awaiting_confirmation', 'awaiting_approval', 'approved', 'executing', 'unknown', 'probing'";

/**
 * The operations of one target, in the effect object's SQLite.
 *
 * `record` is the operation as JSON; the other columns exist to find it. Every lookup that a call makes is
 * bounded by an index and a limit, so that a target with a long history answers as fast as a new one.
 */
export class OperationStore implements Rows {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    applySchema(storage, "effect", EFFECT_SCHEMA, EFFECT_WHOLE);
  }

  /** The operation with this id, or `null`. */
  get(id: string): Operation | null {
    return this.#first("SELECT record FROM operations WHERE id = ?", id);
  }

  /** Adds a new operation. */
  insert(operation: Operation): void {
    this.#sql.exec(
      "INSERT INTO operations (id, key, tool, state, state_at, dispatch_order, supersedes, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      operation.id,
      operation.key,
      operation.tool,
      operation.state,
      operation.state_at,
      operation.dispatch_order,
      operation.supersedes,
      JSON.stringify(operation),
    );
  }

  /** Writes an operation that exists. */
  update(operation: Operation): void {
    const { rowsWritten } = this.#sql.exec(
      "UPDATE operations SET state = ?, state_at = ?, dispatch_order = ?, record = ? WHERE id = ?",
      operation.state,
      operation.state_at,
      operation.dispatch_order,
      JSON.stringify(operation),
      operation.id,
    );
    if (rowsWritten === 0) throw new Error(`operation ${operation.id} was never stored`);
  }

  /** The operation on this target that keeps any other from starting, or `null`. */
  busy(): Operation | null {
    return this.#first(
      "SELECT record FROM operations WHERE state IN ('executing', 'unknown', 'probing') LIMIT 1",
    );
  }

  /** Operations whose request may have been on the wire when this object's last life ended. */
  executing(): Operation[] {
    return this.#all("SELECT record FROM operations WHERE state = 'executing'");
  }

  /** Operations of this action that end by themselves when their time is over. */
  waiting(key: string): Operation[] {
    return this.#all(
      "SELECT record FROM operations WHERE key = ? AND state IN ('claimed', 'awaiting_confirmation', 'awaiting_approval')",
      key,
    );
  }

  /** The newest dispatch on this target that isn't of the action `but_of`, or `null`. */
  lastDispatched(but_of: string | null): Operation | null {
    return this.#first(
      "SELECT record FROM operations WHERE dispatch_order IS NOT NULL AND key IS NOT ? ORDER BY dispatch_order DESC LIMIT 1",
      but_of,
    );
  }

  /** The newest operation of the same action that was claimed after this one and may still be sent, or was since `since`. */
  successor(operation: Operation, since: number): Operation | null {
    return this.#first(
      `SELECT record FROM (
         SELECT number, record FROM operations WHERE key = ?1 AND state IN (${OPEN})
         UNION ALL
         SELECT number, record FROM operations WHERE key = ?1 AND state = 'succeeded' AND state_at > ?3
       ) WHERE number > (SELECT number FROM operations WHERE id = ?2)
       ORDER BY number DESC LIMIT 1`,
      operation.key,
      operation.id,
      since,
    );
  }

  /** Everything that `match` needs to answer a call. */
  standing(wanted: Wanted, reversed_by: string | null, now: number): Standing {
    return {
      known: wanted.known === null ? null : this.get(wanted.known),
      same: this.#same(wanted, now),
      busy: this.busy(),
      reversal: reversed_by === null ? null : this.#lastDispatched(reversed_by),
      superseder: wanted.supersedes === null ? null : this.#superseder(wanted.supersedes),
      superseded: wanted.supersedes === null ? null : this.get(wanted.supersedes),
    };
  }

  /** Newest first, without what can't answer any more. */
  #same(wanted: Wanted, now: number): Operation[] {
    return this.#all(
      `SELECT record FROM (
         SELECT number, record FROM operations WHERE key = ?1 AND state IN (${OPEN}, 'needs_operator')
         UNION ALL
         SELECT number, record FROM operations
           WHERE key = ?1 AND state IN ('succeeded', 'failed_safe') AND state_at > ?2
         UNION ALL
         SELECT number, record FROM operations WHERE key = ?1 AND state = 'denied' AND state_at > ?3
       ) ORDER BY number DESC LIMIT 20`,
      wanted.key,
      now - wanted.window_ms,
      now - DENIAL_LIFE_MS,
    );
  }

  #lastDispatched(tool: string): Operation | null {
    return this.#first(
      `SELECT record FROM operations WHERE tool = ? AND dispatch_order IS NOT NULL AND state <> 'failed_safe'
       ORDER BY dispatch_order DESC LIMIT 1`,
      tool,
    );
  }

  #superseder(id: string): Operation | null {
    return this.#first(
      `SELECT record FROM operations WHERE supersedes = ? AND state NOT IN ('expired', 'abandoned')
       ORDER BY number DESC LIMIT 1`,
      id,
    );
  }

  #first(query: string, ...bindings: SqlStorageValue[]): Operation | null {
    return this.#all(query, ...bindings)[0] ?? null;
  }

  #all(query: string, ...bindings: SqlStorageValue[]): Operation[] {
    return this.#sql
      .exec<{ record: string }>(query, ...bindings)
      .toArray()
      .map(({ record }) => JSON.parse(record) as Operation);
  }
}
