import { inPlace } from "../../audit/place.ts";
import { effectNameOf } from "../../effect/operation.ts";
import type { OperationView } from "../../effect/protocol.ts";
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

/** What to look for. Everything given must hold. */
export interface OperationQuery {
  readonly state?: string | undefined;
  readonly tool?: string | undefined;
  readonly target?: string | undefined;
  /** Who asked for it. */
  readonly subject?: string | undefined;
  /** Entered its state then or later. ISO 8601 UTC. */
  readonly since?: string | undefined;
  /** Leaves this one out. */
  readonly other_than?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** The latest first. */
export interface OperationPage {
  readonly operations: readonly LatestOperation[];
  readonly next_cursor: string | null;
}

/**
 * Searches operations by the state that they entered last, the latest change first.
 * @throws Failure `invalid_input` for a cursor that isn't one
 */
export async function latestOperations(db: D1Database, query: OperationQuery): Promise<OperationPage> {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const where = (condition: string, ...bound: string[]) => {
    conditions.push(condition);
    values.push(...bound);
  };
  if (query.state !== undefined) where("e.decision = ?", query.state);
  if (query.tool !== undefined) where("e.tool = ?", query.tool);
  if (query.target !== undefined) where("e.target = ?", query.target);
  if (query.subject !== undefined) where("e.subject = ?", query.subject);
  if (query.since !== undefined) where("e.at >= ?", query.since);
  if (query.other_than !== undefined) where("e.operation_id <> ?", query.other_than);
  if (query.cursor !== undefined) {
    const { at, event_id } = decodePlace(query.cursor);
    where("(e.at, e.event_id) < (?, ?)", at, event_id);
  }
  const { results } = await db
    .prepare(
      `SELECT e.operation_id, e.event_id, e.at, e.decision AS state, e.tool, e.target, e.subject,
         json_extract(e.event, '$.detail.reason') AS reason
       FROM audit_events AS e
       WHERE e.type = 'operation' AND ${inPlace("e")}
         ${conditions.map((condition) => `AND ${condition}`).join(" ")}
         -- The last of its operation, by place in the chain. The unary plus keeps the search to the index of
         -- operations: a busy target's chain is long.
         AND NOT EXISTS (SELECT 1 FROM audit_events AS l WHERE l.operation_id = e.operation_id
           AND l.type = 'operation' AND +l.chain = e.chain AND +l.seq > e.seq AND ${inPlace("l")})
       ORDER BY e.at DESC, e.event_id DESC LIMIT ?`,
    )
    .bind(...values, query.limit + 1)
    .all<LatestOperation>();
  const operations = results.slice(0, query.limit);
  const last = operations.at(-1);
  const more = results.length > query.limit && last !== undefined;
  return { operations, next_cursor: more ? encodePlace(last) : null };
}

/** An operation as its effect object has it now, or `null` if there is none of that id. */
export async function readOperation(env: Env, id: string): Promise<OperationView | null> {
  const name = effectNameOf(id);
  return name === null ? null : await env.EFFECT.getByName(name).read(id);
}

/** No decision is awaited for longer, in milliseconds: the database needn't look further back for what waits. */
const LONGEST_WAIT_MS = 24 * 3_600_000;
const MOST_WAITING = 50;

/**
 * The operations that wait for a person, by their own objects' word: the one that has waited longest first.
 * @param subject only those that this person asked for
 */
export async function waitingOperations(
  env: Env,
  state: "awaiting_approval" | "needs_operator",
  now: number,
  subject?: string,
): Promise<OperationView[]> {
  const since = state === "needs_operator" ? undefined : new Date(now - LONGEST_WAIT_MS).toISOString();
  const { operations } = await latestOperations(env.DB, { state, subject, since, limit: MOST_WAITING });
  const read = await Promise.all(operations.map(({ operation_id }) => readOperation(env, operation_id)));
  return read
    .filter((operation) => operation !== null)
    .filter((operation) => operation.state === state && !isOverdue(operation, now))
    .reverse();
}

/** Its time ran out, and its object's alarm is yet to say so. */
function isOverdue({ expires_at, state }: OperationView, now: number): boolean {
  return state === "awaiting_approval" && expires_at !== null && Date.parse(expires_at) <= now;
}
