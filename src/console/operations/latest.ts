/**
 * Searches operations in the audit database, which lags, and reads those that wait from their own objects.
 */

import { inPlace } from "../../../verifier/event/place.ts";
import type { Env } from "../../bindings.ts";
import { isOver } from "../../effect/machine/expiry.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { effectNameOf } from "../../toolkit/operation-id.ts";
import { decodePlace, encodePlace } from "../place.ts";

/** An operation as the audit database last heard of it. It lags: what counts is the effect object's word. */
export interface LatestOperation {
  readonly operation_id: string;
  readonly event_id: string;
  /** When it entered its state. ISO 8601 UTC. */
  readonly at: string;
  readonly state: string;
  readonly tool: string;
  readonly target: string;
  readonly subject: string;
  /** Why it was asked for. */
  readonly reason: string | null;
}

/** Which operations. Everything given must hold. */
interface OperationFilter {
  readonly state?: string | undefined;
  readonly tool?: string | undefined;
  readonly target?: string | undefined;
  /** Who asked for it. */
  readonly subject?: string | undefined;
  /** Entered its state then or later. ISO 8601 UTC. */
  readonly since?: string | undefined;
  /** Leaves this one out. */
  readonly other_than?: string | undefined;
}

/** What to look for, and which page of it. */
export interface OperationQuery extends OperationFilter {
  /** By when they entered their state. */
  readonly order?: "newest_first" | "oldest_first";
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Operations in the order that was asked for. */
export interface OperationPage {
  readonly operations: readonly LatestOperation[];
  readonly next_cursor: string | null;
}

/**
 * Searches operations by the state that they entered last.
 * @throws Refused `invalid_cursor` for a cursor that isn't one
 */
export async function latestOperations(db: D1Database, query: OperationQuery): Promise<OperationPage> {
  const { order = "newest_first", limit, cursor } = query;
  const [beyond, direction] = order === "newest_first" ? ["<", "DESC"] : [">", "ASC"];
  const { sql, values } = matching(query);
  const place = cursor === undefined ? null : decodePlace(cursor);
  const { results } = await db
    .prepare(
      `SELECT e.operation_id, e.event_id, e.at, e.decision AS state, e.tool, e.target, e.subject,
         json_extract(e.event, '$.detail.reason') AS reason
       ${sql} ${place === null ? "" : `AND (e.at, e.event_id) ${beyond} (?, ?)`}
       ORDER BY e.at ${direction}, e.event_id ${direction} LIMIT ?`,
    )
    .bind(...values, ...(place === null ? [] : [place.at, place.event_id]), limit + 1)
    .all<LatestOperation>();
  const operations = results.slice(0, limit);
  const last = operations.at(-1);
  const more = results.length > limit && last !== undefined;
  return { operations, next_cursor: more ? encodePlace(last) : null };
}

/** The part of a statement that finds each operation's last event, if that is as asked for. */
function matching(filter: OperationFilter): { readonly sql: string; readonly values: string[] } {
  const conditions: string[] = [];
  const values: string[] = [];
  const where = (condition: string, value: string | undefined) => {
    if (value === undefined) return;
    conditions.push(`AND ${condition}`);
    values.push(value);
  };
  where("e.decision = ?", filter.state);
  where("e.tool = ?", filter.tool);
  where("e.target = ?", filter.target);
  where("e.subject = ?", filter.subject);
  where("e.at >= ?", filter.since);
  where("e.operation_id <> ?", filter.other_than);
  return {
    sql: `FROM audit_events AS e
       WHERE e.type = 'operation' AND ${inPlace("e")} ${conditions.join(" ")}
         -- The last of its operation, by place in the chain. The unary plus keeps the search to the index of
         -- operations: a busy target's chain is long.
         AND NOT EXISTS (SELECT 1 FROM audit_events AS l WHERE l.operation_id = e.operation_id
           AND l.type = 'operation' AND +l.chain = e.chain AND +l.seq > e.seq AND ${inPlace("l")})`,
    values,
  };
}

/** An operation as its effect object has it now, or `null` if there is none of that id. */
export async function readOperation(env: Env, id: string): Promise<OperationView | null> {
  const name = effectNameOf(id);
  return name === null ? null : await env.EFFECT.getByName(name).read(id);
}

/** No decision is awaited for longer, in milliseconds: the database needn't look further back for what waits. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
const PAGE = 25;

/** Which operations wait for a person, and which page of them. */
interface WaitingQuery {
  readonly state: "awaiting_approval" | "needs_operator";
  /** Only those that this person asked for. */
  readonly subject?: string | undefined;
  readonly cursor?: string | undefined;
}

/** Operations that wait for a person, the one that has waited longest first. */
export interface WaitingPage {
  readonly operations: readonly OperationView[];
  /** On all pages together, by the audit database: it lags. */
  readonly total: number;
  readonly next_cursor: string | null;
}

/** The operations that wait for a person, by their own objects' word. */
export async function waitingOperations(env: Env, query: WaitingQuery, now: number): Promise<WaitingPage> {
  const { state, subject, cursor } = query;
  const since = state === "needs_operator" ? undefined : new Date(now - LONGEST_WAIT_MS).toISOString();
  const filter = { state, subject, since };
  const { sql, values } = matching(filter);
  const [page, counted] = await Promise.all([
    latestOperations(env.DB, { ...filter, order: "oldest_first", limit: PAGE, cursor }),
    env.DB.prepare(`SELECT COUNT(*) AS total ${sql}`)
      .bind(...values)
      .first<number>("total"),
  ]);
  const read = await Promise.all(page.operations.map(({ operation_id }) => readOperation(env, operation_id)));
  const operations = read
    .filter((operation) => operation !== null)
    .filter((operation) => operation.state === state && !isOverdue(operation, now));
  // Those that the database doesn't know to be over yet.
  const over = read.length - operations.length;
  return { operations, total: (counted ?? 0) - over, next_cursor: page.next_cursor };
}

/** Its time ran out, and its object's alarm is yet to say so. */
function isOverdue(operation: OperationView, now: number): boolean {
  return operation.state === "awaiting_approval" && isOver(operation, now);
}
