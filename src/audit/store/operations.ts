/** Finds operations in the audit database by the state that they entered last. It lags: what counts is the object's word. */
import { inPlace } from "../../../verifier/event/place.ts";
import type { EventPlace } from "./event-place.ts";

/** An operation as the audit database last heard of it. */
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

/** Whose operations may be seen: one's own, and everybody's on targets of these kinds. */
export interface Sight {
  readonly subject: string;
  readonly kinds: readonly string[];
}

/** Which operations. Everything given must hold. */
export interface OperationFilter {
  readonly state?: string | undefined;
  readonly tool?: string | undefined;
  readonly target?: string | undefined;
  readonly finding_id?: string | undefined;
  /** Who asked for it. */
  readonly subject?: string | undefined;
  /** Entered its state then or later. ISO 8601 UTC. */
  readonly since?: string | undefined;
  /** Leaves this one out. */
  readonly other_than?: string | undefined;
  readonly sight?: Sight | undefined;
}

/** What to look for, and which page of it. */
export interface OperationQuery extends OperationFilter {
  /** By when they entered their state. */
  readonly order?: "newest_first" | "oldest_first";
  readonly limit: number;
  readonly after?: EventPlace | null;
}

/** Operations in the order that was asked for. */
export interface OperationPage {
  readonly operations: readonly LatestOperation[];
  readonly next: EventPlace | null;
}

/** Searches operations by the state that they entered last. */
export async function latestOperations(db: D1Database, query: OperationQuery): Promise<OperationPage> {
  const { order = "newest_first", limit, after = null } = query;
  const [beyond, direction] = order === "newest_first" ? ["<", "DESC"] : [">", "ASC"];
  const { sql, values } = matching(query);
  const { results } = await db
    .prepare(
      `SELECT e.operation_id, e.event_id, e.at, e.decision AS state, e.tool, e.target, e.subject,
         json_extract(e.event, '$.detail.reason') AS reason
       ${sql} ${after === null ? "" : `AND (e.at, e.event_id) ${beyond} (?, ?)`}
       ORDER BY e.at ${direction}, e.event_id ${direction} LIMIT ?`,
    )
    .bind(...values, ...(after === null ? [] : [after.at, after.event_id]), limit + 1)
    .all<LatestOperation>();
  const operations = results.slice(0, limit);
  return { operations, next: results.length > limit ? (operations.at(-1) ?? null) : null };
}

/** How many operations there are, by the state that they entered last. */
export async function countOperations(db: D1Database, filter: OperationFilter): Promise<number> {
  const { sql, values } = matching(filter);
  const counted = await db
    .prepare(`SELECT COUNT(*) AS total ${sql}`)
    .bind(...values)
    .first<number>("total");
  return counted ?? 0;
}

/** The part of a statement that finds each operation's last event, if that is as asked for. */
function matching(filter: OperationFilter): { readonly sql: string; readonly values: string[] } {
  const conditions: string[] = [];
  const values: string[] = [];
  const where = (condition: string, ...given: readonly (string | undefined)[]) => {
    const known = given.filter((value) => value !== undefined);
    if (known.length < given.length) return;
    conditions.push(`AND ${condition}`);
    values.push(...known);
  };
  where("e.decision = ?", filter.state);
  where("e.tool = ?", filter.tool);
  where("e.target = ?", filter.target);
  where("json_extract(e.event, '$.finding_id') = ?", filter.finding_id);
  where("e.subject = ?", filter.subject);
  where("e.at >= ?", filter.since);
  where("e.operation_id <> ?", filter.other_than);
  if (filter.sight !== undefined) {
    const { subject, kinds } = filter.sight;
    const kind = "substr(e.target, 1, instr(e.target, '/') - 1)";
    where(`(e.subject = ? OR ${kind} IN (${kinds.map(() => "?").join()}))`, subject, ...kinds);
  }
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
