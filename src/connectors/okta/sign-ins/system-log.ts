/** Reading the system log. */
import * as z from "zod";
import { requirePromised } from "../../../toolkit/lists/pages.ts";
import type { Records } from "../../../toolkit/lists/records.ts";
import { contractChanged } from "../../../toolkit/upstream/failures.ts";
import type { Upstream } from "../../../toolkit/upstream/upstream.ts";
import { okta } from "../errors.ts";
import { type SignInFilter, sessionsBegunFilter, sessionsEndedFilter, signInFilter } from "../filter.ts";
import { nextAfter } from "../next-page.ts";
import { SessionStartEvent, SessionsEndedEvent, type SignInEvent, SignInPage } from "../schemas.ts";
import type { OktaSettings } from "../settings.ts";
import { isAbout } from "./sign-in.ts";

const OPERATION = "listLogEvents";
const PATH = "/api/v1/logs";

/** What is asked of the log about sign-ins. Times are ISO 8601 UTC. */
export interface SignInQuestion extends SignInFilter {
  readonly since: string;
  readonly until?: string | undefined;
}

/** One page of sign-ins. */
export interface SignInsPage extends Records<SignInEvent> {
  /** Where the next page begins, or `null` if there is none. */
  readonly after: string | null;
}

/**
 * One page of sign-ins, newest first. Newest first is also what makes the list end: oldest first without an end
 * is a stream to the log, and always has a next page.
 */
export async function listSignIns(
  upstream: Upstream,
  { OKTA_BASE_URL }: Pick<OktaSettings, "OKTA_BASE_URL">,
  { since, until, ...asked }: SignInQuestion,
  after: string | null,
  limit: number,
): Promise<SignInsPage> {
  const { body, headers } = await upstream.readWithHeaders(
    {
      operation: OPERATION,
      method: "GET",
      path: PATH,
      query: {
        filter: signInFilter(asked),
        sortOrder: "DESCENDING",
        limit: String(limit),
        since,
        ...(until === undefined ? {} : { until }),
        ...(after === null ? {} : { after }),
      },
      about: ["since", ...(until === undefined ? [] : ["until"]), ...(after === null ? [] : ["cursor"])],
    },
    SignInPage,
  );
  const { user_id } = asked;
  const stranger = body.records.findIndex((event) => user_id !== undefined && !isAbout(event, user_id));
  // Somebody else's sign-ins: our filter was not understood.
  if (stranger >= 0) throw contractChanged(okta, OPERATION, `${stranger}.actor.id`);
  const full = body.records.length + body.unreadable >= limit;
  const next = nextAfter(headers, OPERATION, OKTA_BASE_URL, after, full);
  requirePromised(okta, body, after, next);
  return { ...body, after: next };
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
  const since = new Date(from).toISOString();
  const events = await latest(upstream, sessionsEndedFilter(user_id), since, 100, SessionsEndedEvent);
  const stranger = events.findIndex(({ target }) => !target?.some(({ id }) => id === user_id));
  if (stranger >= 0) throw contractChanged(okta, OPERATION, `${stranger}.target`);
  const [last] = events;
  if (last === undefined) return null;
  const ended_time = new Date(last.published).toISOString();
  const begun = await latest(upstream, sessionsBegunFilter(user_id), ended_time, 1, SessionStartEvent);
  return {
    ended_time,
    ours: events.some(({ client }) => (client?.id ?? client_id) === client_id),
    signed_in_since: begun.length > 0,
  };
}

/** The newest events that a filter lets through. All of them must be readable: a change is judged by what isn't there. */
function latest<Schema extends z.ZodType>(
  upstream: Upstream,
  filter: string,
  since: string,
  limit: number,
  event: Schema,
): Promise<z.output<Schema>[]> {
  return upstream.read(
    {
      operation: OPERATION,
      method: "GET",
      path: PATH,
      query: { filter, since, sortOrder: "DESCENDING", limit: String(limit) },
    },
    z.array(event),
  );
}
