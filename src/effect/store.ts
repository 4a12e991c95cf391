/**
 * Keeps operations in the effect object's tables. An index and a limit bound each lookup that a call makes.
 */
import { applySchema } from "../audit/write/schema.ts";
import { type Target, targetName } from "../toolkit/change.ts";
import type { OperationUnderWay, StandingOperation, Wanted } from "./machine/matching.ts";
import { DENIAL_LIFE_MS } from "./machine/matching.ts";
import type { Operation } from "./machine/operation.ts";
import type { Rows } from "./ports.ts";
import { heldSince } from "./retention.ts";

/**
 * By time within a state: what succeeded long ago can't answer any more, and there may be any number of it.
 * `title` and `finding_id` are kept of creations only.
 */
const EFFECT_SCHEMA = [
  `CREATE TABLE operations (
     number INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     target TEXT NOT NULL,
     key TEXT NOT NULL,
     title TEXT,
     finding_id TEXT,
     state TEXT NOT NULL,
     state_at INTEGER NOT NULL,
     dispatch_order INTEGER,
     supersedes TEXT,
     held_since INTEGER,
     record TEXT NOT NULL
   );
   CREATE INDEX operations_by_key ON operations (key, state, state_at);
   CREATE INDEX operations_by_title ON operations (target, title, state, state_at) WHERE title IS NOT NULL;
   CREATE INDEX operations_by_finding ON operations (target, finding_id, state, state_at)
     WHERE finding_id IS NOT NULL;
   CREATE INDEX operations_by_order ON operations (target, dispatch_order) WHERE dispatch_order IS NOT NULL;
   CREATE INDEX operations_by_superseded ON operations (supersedes, number DESC) WHERE supersedes IS NOT NULL;
   CREATE INDEX operations_under_way ON operations (target) WHERE state IN ('executing', 'unknown', 'probing');
   CREATE INDEX operations_by_age ON operations (held_since) WHERE held_since IS NOT NULL`,
] as const;

/** States of operations that may still be sent. */
const OPEN =
  "'claimed', 'awaiting_confirmation', 'awaiting_approval', 'approved', 'executing', 'unknown', 'probing'";
const WAITING = "'claimed', 'awaiting_confirmation', 'awaiting_approval'";
const UNDER_WAY = "'executing', 'unknown', 'probing'";

/** More than can answer one call, whatever people do. */
const MOST_SAME = 100;

/** A condition that one index serves, and what it binds. */
interface Condition {
  readonly sql: string;
  readonly bindings: readonly SqlStorageValue[];
}

/**
 * The operations of targets, in the effect object's SQLite.
 *
 * `record` is the operation as JSON; the other columns exist to find it. Every lookup that a call makes is
 * bounded by an index and a limit, so that a target with a long history answers as fast as a new one.
 */
export class OperationStore implements Rows {
  readonly #sql: SqlStorage;

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    applySchema(storage, "effect", EFFECT_SCHEMA);
  }

  /** True if there is something to read. It writes nothing. */
  static exists(storage: DurableObjectStorage): boolean {
    const tables = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'operations'";
    return storage.sql.exec(tables).toArray().length > 0;
  }

  get(id: string): Operation | null {
    return this.#first("SELECT record FROM operations WHERE id = ?", id);
  }

  insert(operation: Operation): void {
    const { id, target, key, title, finding_id, state, state_at, dispatch_order, supersedes } = operation;
    this.#sql.exec(
      `INSERT INTO operations
         (id, target, key, title, finding_id, state, state_at, dispatch_order, supersedes, held_since, record)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      targetName(target),
      key,
      title,
      title === null ? null : finding_id,
      state,
      state_at,
      dispatch_order,
      supersedes,
      heldSince(operation),
      JSON.stringify(operation),
    );
  }

  update(operation: Operation): void {
    const { rowsWritten } = this.#sql.exec(
      "UPDATE operations SET state = ?, state_at = ?, dispatch_order = ?, held_since = ?, record = ? WHERE id = ?",
      operation.state,
      operation.state_at,
      operation.dispatch_order,
      heldSince(operation),
      JSON.stringify(operation),
      operation.id,
    );
    if (rowsWritten === 0) throw new Error(`operation ${operation.id} was never stored`);
  }

  underWay(target: Target): OperationUnderWay[] {
    return this.#all(
      `SELECT record FROM operations WHERE target = ? AND state IN (${UNDER_WAY})`,
      targetName(target),
    ).map((operation) => ({
      operation,
      superseded: this.superseders(operation.id).some(
        ({ dispatch_order, state }) => dispatch_order !== null && state !== "failed_safe",
      ),
    }));
  }

  executing(): Operation[] {
    return this.#all(`SELECT record FROM operations WHERE state IN (${UNDER_WAY}) AND state = 'executing'`);
  }

  longestEnded(limit: number): Operation[] {
    return this.#all(
      "SELECT record FROM operations WHERE held_since IS NOT NULL ORDER BY held_since LIMIT ?",
      limit,
    );
  }

  waiting(wanted: Wanted): Operation[] {
    return this.#anyOf(
      sameAs(wanted).map(({ sql, bindings }) => ({ sql: `${sql} AND state IN (${WAITING})`, bindings })),
    );
  }

  /** Those of the same action, or alike, that may answer at `now`, newest first. */
  same(wanted: Wanted, now: number): Operation[] {
    const since = now - wanted.repeats.window_ms;
    return this.#anyOf(
      sameAs(wanted).flatMap(({ sql, bindings }) => [
        { sql: `${sql} AND state IN (${OPEN}, 'needs_operator')`, bindings },
        {
          sql: `${sql} AND state IN ('succeeded', 'failed_safe') AND state_at > ?`,
          bindings: [...bindings, since],
        },
        {
          sql: `${sql} AND state = 'denied' AND state_at > ?`,
          bindings: [...bindings, now - DENIAL_LIFE_MS],
        },
      ]),
    );
  }

  dispatches(target: Target): number {
    const { last } = this.#sql
      .exec<{ last: number | null }>(
        "SELECT MAX(dispatch_order) AS last FROM operations WHERE target = ? AND dispatch_order IS NOT NULL",
        targetName(target),
      )
      .one();
    return last ?? 0;
  }

  lastDispatched(target: Target, but_of: string): Operation | null {
    return this.#first(
      `SELECT record FROM operations WHERE target = ? AND dispatch_order IS NOT NULL AND key <> ?
       ORDER BY dispatch_order DESC LIMIT 1`,
      targetName(target),
      but_of,
    );
  }

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

  standing(wanted: Wanted, now: number): StandingOperation {
    const same = this.same(wanted, now);
    return {
      known: wanted.known === null ? null : this.get(wanted.known),
      same,
      later: this.#later(wanted, same),
      under_way: this.underWay(wanted.target),
      superseders: wanted.supersedes === null ? [] : this.superseders(wanted.supersedes),
      superseded: wanted.supersedes === null ? null : this.get(wanted.supersedes),
    };
  }

  /** What may have contradicted some of `same`. What sets nothing can't be contradicted. */
  #later({ target, key, sets }: Wanted, same: readonly Operation[]): Operation[] {
    const orders = same.flatMap(({ dispatch_order }) => (dispatch_order === null ? [] : [dispatch_order]));
    if (orders.length === 0 || Object.keys(sets).length === 0) return [];
    return this.#all(
      `SELECT record FROM operations
       WHERE target = ? AND dispatch_order > ? AND state <> 'failed_safe' AND key <> ?`,
      targetName(target),
      Math.min(...orders),
      key,
    );
  }

  superseders(id: string): Operation[] {
    return this.#all(
      `SELECT record FROM operations WHERE supersedes = ? AND state NOT IN ('expired', 'abandoned')
       ORDER BY number DESC LIMIT ${MOST_SAME}`,
      id,
    );
  }

  /** Newest first. One statement for each condition: the platform takes a UNION of five at most. */
  #anyOf(conditions: readonly Condition[]): Operation[] {
    return conditions
      .flatMap(({ sql, bindings }) =>
        this.#sql
          .exec<{ number: number; record: string }>(
            `SELECT number, record FROM operations WHERE ${sql} ORDER BY number DESC LIMIT ${MOST_SAME}`,
            ...bindings,
          )
          .toArray(),
      )
      .toSorted((a, b) => b.number - a.number)
      .map(({ record }) => JSON.parse(record) as Operation);
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

/** The rows of the same action, or those that are `alike`: as `creation.ts` has it. */
function sameAs({ target, key, title, finding_id }: Wanted): Condition[] {
  if (title === null) return [{ sql: "key = ?", bindings: [key] }];
  const named = targetName(target);
  if (finding_id === null) return [{ sql: "target = ? AND title = ?", bindings: [named, title] }];
  return [
    { sql: "target = ? AND finding_id = ?", bindings: [named, finding_id] },
    { sql: "target = ? AND title = ? AND finding_id IS NULL", bindings: [named, title] },
  ];
}
