import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../toolkit/paging.ts";
import { since as moment } from "../../toolkit/since.ts";
import { defineRead, type SourceReport } from "../../toolkit/tool.ts";
import { oktaCredentials } from "./credentials.ts";
import { OUTCOMES } from "./filter.ts";
import { UserId } from "./schemas.ts";
import { logLagMs } from "./settings.ts";
import { SignIn, signInOf } from "./sign-in.ts";
import { listSignIns } from "./system-log.ts";
import { unsupportedFilter } from "./unsupported-filter.ts";
import { readUser } from "./users.ts";

const DAY_MS = 24 * 60 * 60_000;
/** What is looked through where the caller doesn't say. */
const USUAL_MS = 7 * DAY_MS;
/** How long Okta keeps its log. */
const KEPT_MS = 90 * DAY_MS;
/** For clocks, and for callers who say "90 days ago" a little late. */
const SLACK_MS = 60 * 60_000;

/** Where a page begins, and since when the first one looked: the default would move from page to page. */
const Place = z.string().regex(/^\S{1,40} \S{1,1024}$/);

export const searchSignIns = defineRead({
  name: "search_sign_ins",
  title: "Search sign-ins",
  description:
    "Sign-ins to Okta and attempts, newest first, with MFA, denials by policy and lock-outs: who, when, from where, how it ended. The last 7 days unless since says more (90 at most).",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "identities:read",
  credentials: [oktaCredentials.read],
  input: z.strictObject({
    user_id: UserId.optional().describe("From search_users"),
    since: moment.describe("From then on"),
    until: moment.describe("ISO 8601, not included"),
    outcome: z.enum(OUTCOMES).optional().describe("How it ended"),
    ip: z.string().min(1).max(64).optional().describe("Address that it came from"),
    limit,
    cursor,
  }),
  output: z.strictObject({ sign_ins: z.array(SignIn) }),
  async run({ cursor: from, limit: most, ...asked }, { env, now, upstream: through }) {
    const upstream = through(oktaCredentials.read);
    const question = `search_sign_ins ${JSON.stringify(asked)}`;
    const place = from === undefined ? null : decodeCursor(from, question, Place).split(" ");
    const { since, until } = windowOf({ since: place?.[0] ?? asked.since, until: asked.until }, now);
    const { user_id, outcome, ip } = asked;
    const after = place?.[1] ?? null;
    const page = await listSignIns(upstream, env, { user_id, outcome, ip, since, until }, after, most);
    const sign_ins = page.records.map(signInOf);
    const { unreadable } = page;
    const lag_ms = logLagMs(env);
    const source: SourceReport = {
      source: upstream.source,
      status: "ok",
      count: sign_ins.length,
      queried_at: new Date(now).toISOString(),
      unreadable,
      ...(lag_ms === null ? {} : { as_of: new Date(now - lag_ms).toISOString() }),
    };
    const searched = { since };
    // An empty answer about somebody says something only if there is such a user.
    const nothing = sign_ins.length + unreadable === 0 && after === null;
    if (nothing && user_id !== undefined && (await readUser(upstream, user_id)) === null) {
      return {
        outcome: "not_found",
        resource: { kind: "user", id: user_id },
        sources: [{ ...source, status: "not_found" }],
        searched,
      };
    }
    return {
      outcome: "found",
      data: { sign_ins },
      sources: [nothing ? { ...source, ...matchedOf(user_id, ip) } : source],
      next_cursor: page.after === null ? null : encodeCursor(`${since} ${page.after}`, question),
      searched,
    };
  },
});

/** What was taken for the thing that was asked about. The log keeps no list of addresses. */
function matchedOf(user_id: string | undefined, ip: string | undefined): Pick<SourceReport, "matched"> {
  if (user_id !== undefined) return { matched: [{ id: user_id, by: "id" }] };
  return ip === undefined ? {} : { matched: null };
}

interface Window {
  readonly since: string;
  readonly until: string | undefined;
}

/**
 * The time that is looked through.
 * @throws Failure `unsupported_filter` for a time that the log doesn't reach back to: what it has of it would be less
 */
function windowOf(
  asked: { readonly since: string | undefined; readonly until: string | undefined },
  now: number,
): Window {
  const until = asked.until === undefined ? now : Date.parse(asked.until);
  const oldest = now - KEPT_MS;
  const since = asked.since === undefined ? Math.max(until - USUAL_MS, oldest) : Date.parse(asked.since);
  const tooOld = [["since", since] as const, ["until", until] as const].find(
    ([, at]) => at < oldest - SLACK_MS,
  );
  if (tooOld !== undefined) {
    throw unsupportedFilter(tooOld[0], "It keeps its log for 90 days.", "Ask for a time within 90 days.");
  }
  if (since > until && asked.until !== undefined) {
    throw unsupportedFilter("until", "It can't be before since.", "Give a later until, or leave it out.");
  }
  return {
    since: new Date(since).toISOString(),
    until: asked.until === undefined ? undefined : new Date(until).toISOString(),
  };
}
