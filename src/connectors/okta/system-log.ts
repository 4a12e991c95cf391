/** Reading the system log. */
import { z } from "zod";
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

/**
 * When a user's sessions were last ended, by anybody, ISO 8601 UTC; `null` if they weren't since `from`
 * (milliseconds since the epoch). What happened in the last moments may not be in the log yet.
 */
export async function sessionsEndedAt(
  upstream: Upstream,
  user_id: string,
  from: number,
): Promise<string | null> {
  const [last] = await upstream.read(
    {
      operation: OPERATION,
      method: "GET",
      path: PATH,
      query: {
        filter: sessionsEndedFilter(user_id),
        since: new Date(from).toISOString(),
        sortOrder: "DESCENDING",
        limit: "1",
      },
    },
    z.array(SessionsEndedEvent),
  );
  if (last === undefined) return null;
  if (!last.target.some(({ id }) => id === user_id)) throw contractChanged(okta, OPERATION, "0.target");
  return new Date(last.published).toISOString();
}
