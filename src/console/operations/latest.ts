/**
 * Searches operations in the audit database, which lags, and reads those that wait from their own objects.
 */

import { decodePlace, type EventPlace, encodePlace } from "../../audit/store/event-place.ts";
import {
  countOperations,
  type LatestOperation,
  latestOperations,
  type OperationQuery,
} from "../../audit/store/operations.ts";
import type { Env } from "../../bindings.ts";
import { isOver } from "../../effect/machine/expiry.ts";
import type { OperationView } from "../../effect/protocol.ts";
import { effectNameOf } from "../../toolkit/operation-id.ts";
import { VisitRefused } from "../visit.ts";

/** Operations in the order that was asked for, and the cursor of the page after. */
export interface ListedOperations {
  readonly operations: readonly LatestOperation[];
  readonly next_cursor: string | null;
}

/**
 * A page of operations by the state that they entered last.
 * @throws VisitRefused `invalid_cursor` for a cursor that isn't one
 */
export async function listOperations(
  db: D1Database,
  { cursor, ...query }: Omit<OperationQuery, "after"> & { readonly cursor?: string | undefined },
): Promise<ListedOperations> {
  const after = cursor === undefined ? null : placeIn(cursor);
  const { operations, next } = await latestOperations(db, { ...query, after });
  return { operations, next_cursor: next === null ? null : encodePlace(next) };
}

function placeIn(cursor: string): EventPlace {
  const place = decodePlace(cursor);
  if (place !== null) return place;
  throw new VisitRefused(400, "invalid_cursor", {
    title: "There is no such page",
    advice: "The link to it was altered or cut. Go back to the newest page.",
  });
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
  const [page, counted] = await Promise.all([
    listOperations(env.DB, { ...filter, order: "oldest_first", limit: PAGE, cursor }),
    countOperations(env.DB, filter),
  ]);
  const read = await Promise.all(page.operations.map(({ operation_id }) => readOperation(env, operation_id)));
  const operations = read
    .filter((operation) => operation !== null)
    .filter((operation) => operation.state === state && !isOverdue(operation, now));
  // Those that the database doesn't know to be over yet.
  const over = read.length - operations.length;
  return { operations, total: counted - over, next_cursor: page.next_cursor };
}

/** Its time ran out, and its object's alarm is yet to say so. */
function isOverdue(operation: OperationView, now: number): boolean {
  return operation.state === "awaiting_approval" && isOver(operation, now);
}
