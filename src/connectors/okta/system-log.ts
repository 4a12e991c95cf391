/** Reading the system log. */
import * as z from "zod";
import { contractChanged } from "../../downstream/failures.ts";
import type { Upstream } from "../../downstream/upstream.ts";
import { okta } from "./errors.ts";
import { type SignInFilter, sessionsEndedFilter, signInFilter } from "./filter.ts";
import { nextAfter } from "./next-page.ts";
import { SessionsEndedEvent, SignInEvent } from "./schemas.ts";

const OPERATION = "listLogEvents";
const PATH = "/api/v1/logs";

/** What is asked of the log about sign-ins. */
export interface SignInQuestion extends SignInFilter {
  /** ISO 8601; Okta takes the last seven days where it is left out. */
  readonly since?: string | undefined;
}

/**
 * One page of sign-ins, newest first. Newest first is also what makes the list end: oldest first without an end
 * is a stream to the log, and always has a next page.
 */
export async function listSignIns(
  upstream: Upstream,
  { since, ...asked }: SignInQuestion,
  after: string | null,
  limit: number,
): Promise<{ readonly events: readonly SignInEvent[]; readonly after: string | null }> {
  const { body: events, headers } = await upstream.readWithHeaders(
    {
      operation: OPERATION,
      method: "GET",
      path: PATH,
      query: {
        filter: signInFilter(asked),
        sortOrder: "DESCENDING",
        limit: String(limit),
        ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
        ...(after === null ? {} : { after }),
      },
    },
    z.array(SignInEvent),
  );
  const { user_id } = asked;
  const stranger = events.findIndex(({ actor }) => user_id !== undefined && actor.id !== user_id);
  if (stranger >= 0) throw contractChanged(okta, OPERATION, `${stranger}.actor.id`);
  return { events, after: nextAfter(headers, OPERATION) };
}

/** How a user's sessions were ended since some moment. */
export interface SessionsEnd {
  /** When they last were, by anybody, ISO 8601 UTC. */
  readonly ended_time: string;
  /** Whether one of our own requests did it. Where the log names no app, it may have been ours, and counts as ours. */
  readonly ours: boolean;
  /** Whether the user has signed in again. */
  readonly signed_in_since: boolean;
}

/**
 * How a user's sessions were ended since `from` (milliseconds since the epoch), or `null` if they weren't.
 * What happened in the last moments may not be in the log yet.
 * @param client_id the app that our own requests come from
 */
export async function sessionsEnded(
  upstream: Upstream,
  user_id: string,
  from: number,
  client_id: string,
): Promise<SessionsEnd | null> {
  const events = await upstream.read(
    {
      operation: OPERATION,
      method: "GET",
      path: PATH,
      query: {
        filter: sessionsEndedFilter(user_id),
        since: new Date(from).toISOString(),
        sortOrder: "DESCENDING",
        limit: "100",
      },
    },
    z.array(SessionsEndedEvent),
  );
  const stranger = events.findIndex(({ target }) => !target.some(({ id }) => id === user_id));
  if (stranger >= 0) throw contractChanged(okta, OPERATION, `${stranger}.target`);
  const [last] = events;
  if (last === undefined) return null;
  const signIns = await listSignIns(
    upstream,
    { user_id, outcome: "success", since: last.published },
    null,
    1,
  );
  return {
    ended_time: new Date(last.published).toISOString(),
    ours: events.some(({ client }) => (client?.id ?? client_id) === client_id),
    signed_in_since: signIns.events.length > 0,
  };
}
