/** How Okta answers a search for sign-ins, by its system log. */
import * as z from "zod";
import { searchSignIns } from "../../../capabilities/identities/search-sign-ins.ts";
import { serve } from "../../../toolkit/connector.ts";
import type { SourceReport } from "../../../toolkit/read.ts";
import { oktaCredentials } from "../access/credentials.ts";
import { unsupportedFilter } from "../unsupported-filter.ts";
import { readUser } from "../users/users.ts";
import { signInOf } from "./sign-in.ts";
import { listSignIns } from "./system-log.ts";

const DAY_MS = 24 * 60 * 60_000;
/** What is looked through where the caller doesn't say. */
const USUAL_MS = 7 * DAY_MS;
/** How long Okta keeps its log. */
const KEPT_MS = 90 * DAY_MS;
/** For clocks, and for callers who say "90 days ago" a little late. */
const SLACK_MS = 60 * 60_000;

export const oktaSearchesSignIns = serve(searchSignIns, {
  credentials: [oktaCredentials.read],
  // Where a page begins, and since when the first one looked: the default would move from page to page.
  position: z.object({ since: z.string().max(40), after: z.string().min(1).max(1024) }),
  async read({ user_id, outcome, ip, ...asked }, { from, limit }, { settings, now, upstream: through }) {
    const upstream = through(oktaCredentials.read);
    const after = from?.after ?? null;
    const { since, until } = windowOf({ since: from?.since ?? asked.since, until: asked.until }, now);
    const question = { user_id, outcome, ip, since, until };
    const page = await listSignIns(upstream, settings, question, after, limit);
    const sign_ins = page.records.map(signInOf);
    const { unreadable } = page;
    const lag_ms = settings.OKTA_LOG_LAG_MS;
    const searched = { since };
    // An empty answer about somebody says something only if there is such a user.
    const nothing = sign_ins.length + unreadable === 0 && after === null;
    if (nothing && user_id !== undefined && (await readUser(upstream, user_id)) === null) {
      return { absent: { kind: "user", id: user_id }, searched };
    }
    return {
      data: { sign_ins },
      next: page.after === null ? null : { since, after: page.after },
      unreadable,
      searched,
      ...(lag_ms === null ? {} : { as_of: new Date(now - lag_ms).toISOString() }),
      ...(nothing ? matchedOf(user_id, ip) : {}),
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
