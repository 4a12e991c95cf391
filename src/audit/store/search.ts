/** Searches the audit store by page, and reads whole events for exports of a search. */
import { Kysely, type SelectQueryBuilder, sql } from "kysely";
import { D1Dialect } from "kysely-d1";
import { inPlace } from "../../../verifier/event/place.ts";
import { Failure } from "../../toolkit/failure.ts";
import { decodePlace, type EventPlace, encodePlace } from "./event-place.ts";
import type { AuditDatabase } from "./store.ts";

/** What to look for. Everything given must hold. */
export interface AuditQuery {
  /** ISO 8601, inclusive. */
  readonly since?: string | undefined;
  /** ISO 8601, exclusive. */
  readonly until?: string | undefined;
  readonly subject?: string | undefined;
  readonly tool?: string | undefined;
  readonly outcome?: string | undefined;
  readonly target?: string | undefined;
  readonly operation_id?: string | undefined;
  /** At most 100; more is taken as that. */
  readonly limit: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | null | undefined;
}

const FIELDS = [
  "event_id",
  "at",
  "type",
  "subject",
  "client_id",
  "session_id",
  "tool",
  "decision",
  "outcome",
  "error_kind",
  "error_code",
  "target",
  "operation_id",
  "chain",
  "seq",
  "hash",
] as const satisfies readonly (keyof AuditDatabase["audit_events"])[];

/** One event, without its arguments and details: a page must stay small. */
export type FoundEvent = Pick<AuditDatabase["audit_events"], (typeof FIELDS)[number]>;

/** A page of events, newest first. */
export interface AuditPage {
  readonly events: readonly FoundEvent[];
  /** For the page after; `null` on the last. */
  readonly next_cursor: string | null;
}

const MAX_PAGE = 100;

/**
 * Searches the audit, newest first.
 * @throws Failure `invalid_input` for a cursor or a time that isn't one.
 */
export async function searchAudit(db: D1Database, query: AuditQuery): Promise<AuditPage> {
  const limit = Math.max(1, Math.min(query.limit, MAX_PAGE));
  const database = new Kysely<AuditDatabase>({ dialect: new D1Dialect({ database: db }) });
  const rows = await filtered(database.selectFrom("audit_events").select(FIELDS), query)
    .orderBy("at", "desc")
    .orderBy("event_id", "desc")
    .limit(limit + 1)
    .execute();
  const events = rows.slice(0, limit);
  const last = events.at(-1);
  return { events, next_cursor: rows.length > limit && last !== undefined ? encodePlace(last) : null };
}

/** What an export is made of. */
export type WholeEvent = Pick<
  AuditDatabase["audit_events"],
  "chain" | "seq" | "prev" | "hash" | "event" | "at" | "event_id"
>;

/**
 * Everything that a search finds, whole and newest first, a page at a time: more than a page's worth of it is
 * never held.
 * @throws Failure `invalid_input` for a time that isn't one.
 */
export async function* wholeEvents(
  db: D1Database,
  query: Omit<AuditQuery, "limit" | "cursor">,
): AsyncGenerator<readonly WholeEvent[]> {
  const database = new Kysely<AuditDatabase>({ dialect: new D1Dialect({ database: db }) });
  let cursor: string | null = null;
  do {
    const rows: WholeEvent[] = await filtered(
      database.selectFrom("audit_events").select(["chain", "seq", "prev", "hash", "event", "at", "event_id"]),
      { ...query, cursor },
    )
      .orderBy("at", "desc")
      .orderBy("event_id", "desc")
      .limit(MAX_PAGE)
      .execute();
    yield rows;
    const last = rows.at(-1);
    cursor = rows.length === MAX_PAGE && last !== undefined ? encodePlace(last) : null;
  } while (cursor !== null);
}

/** More of them than this are counted as so many. */
const MOST_LEFT_OUT = 1_000;

/** How many rows of the store every reader leaves out: they stand where no object writes. Nearly always none. */
export async function leftOut(db: D1Database): Promise<number> {
  const counted = await db
    .prepare(
      `SELECT COUNT(*) AS rows FROM (SELECT 1 FROM audit_events WHERE NOT ${inPlace()} LIMIT ${MOST_LEFT_OUT})`,
    )
    .first<number>("rows");
  return counted ?? 0;
}

/** The event of that id, or `null`. One that is on its way isn't there yet. */
export async function findEvent(
  db: D1Database,
  event_id: string,
): Promise<Pick<WholeEvent, "event" | "hash"> | null> {
  return db
    .prepare(`SELECT event, hash FROM audit_events WHERE event_id = ? AND ${inPlace()}`)
    .bind(event_id)
    .first<Pick<WholeEvent, "event" | "hash">>();
}

type Search<Row> = SelectQueryBuilder<AuditDatabase, "audit_events", Row>;

function filtered<Row>(
  search: Search<Row>,
  { since, until, cursor, ...query }: Omit<AuditQuery, "limit">,
): Search<Row> {
  let result = search.where(sql<boolean>`${sql.raw(inPlace())}`);
  for (const column of ["subject", "tool", "outcome", "target", "operation_id"] as const) {
    const value = query[column];
    if (value !== undefined) result = result.where(column, "=", value);
  }
  if (since !== undefined) result = result.where("at", ">=", instant("since", since));
  if (until !== undefined) result = result.where("at", "<", instant("until", until));
  if (cursor === undefined || cursor === null) return result;
  const { at, event_id } = placeIn(cursor);
  return result.where(({ eb, refTuple, tuple }) => eb(refTuple("at", "event_id"), "<", tuple(at, event_id)));
}

/** Times are stored in one form, which sorts as text. */
function instant(path: string, time: string): string {
  const ms = Date.parse(time);
  if (Number.isNaN(ms))
    throw invalid(path, "This is not a time.", "ISO 8601, for example 2026-11-22T10:00:00Z");
  return new Date(ms).toISOString();
}

function placeIn(cursor: string): EventPlace {
  const place = decodePlace(cursor);
  if (place !== null) return place;
  throw invalid("cursor", "This cursor is not one that a search returned.", "next_cursor of the page before");
}

function invalid(path: string, message: string, expected: string): Failure {
  return new Failure("invalid_input", message, {
    next_step: `Correct ${path}, or leave it out.`,
    issues: [{ path, message, expected, hint: `Give ${expected}, or leave it out.` }],
  });
}
