import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../toolkit/paging.ts";
import { defineRead } from "../../toolkit/tool.ts";
import { oktaCredentials } from "./credentials.ts";
import { UserQuery, userSearch } from "./filter.ts";
import { After } from "./next-page.ts";
import { STATUSES, User, userOf } from "./normalise.ts";
import { listUsers } from "./users.ts";

export const searchUsers = defineRead({
  name: "search_users",
  title: "Search users",
  description:
    "Finds Okta accounts by name, address or status; a change of the last seconds may not show yet. Next: get_user, search_sign_ins.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "identities:read",
  credentials: [oktaCredentials.read],
  input: z.strictObject({
    query: UserQuery.optional().describe("Beginnings of name, e-mail or login, or a user_id"),
    status: z.enum(STATUSES).optional().describe("Of the account"),
    limit,
    cursor,
  }),
  output: z.strictObject({ users: z.array(User) }),
  async run({ cursor: from, limit: most, ...asked }, { env, now, upstream: through }) {
    const upstream = through(oktaCredentials.read);
    const search = userSearch(asked);
    const question = `search_users ${search}`;
    const after = from === undefined ? null : decodeCursor(from, question, After);
    const about = [...(asked.query === undefined ? [] : ["query"]), ...(after === null ? [] : ["cursor"])];
    const page = await listUsers(upstream, env, search === null ? {} : { search }, after, most, about);
    const users = page.records.map(userOf);
    const { unreadable } = page;
    const queried_at = new Date(now).toISOString();
    return {
      outcome: "found",
      data: { users },
      sources: [{ source: upstream.source, status: "ok", count: users.length, queried_at, unreadable }],
      next_cursor: page.after === null ? null : encodeCursor(page.after, question),
      // Okta leaves deactivated accounts out of a list that nothing else narrows.
      ...(search === null
        ? { searched: { status: STATUSES.filter((status) => status !== "deactivated") } }
        : {}),
    };
  },
});
