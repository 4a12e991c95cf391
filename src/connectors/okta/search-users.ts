import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../path/paging.ts";
import { defineRead } from "../../path/tool.ts";
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
  credentials: ["okta.read"],
  input: z.strictObject({
    query: UserQuery.optional().describe("Beginnings of name, e-mail or login, or a user_id"),
    status: z.enum(STATUSES).optional().describe("Of the account"),
    limit,
    cursor,
  }),
  output: z.strictObject({ users: z.array(User) }),
  async run({ cursor: from, limit: most, ...asked }, { now, upstream: through }) {
    const upstream = through("okta.read");
    const search = userSearch(asked);
    const question = `search_users ${search}`;
    const after = from === undefined ? null : decodeCursor(from, question, After);
    const page = await listUsers(upstream, search === null ? {} : { search }, after, most);
    const users = page.users.map(userOf);
    const queried_at = new Date(now).toISOString();
    return {
      outcome: "found",
      data: { users },
      sources: [{ source: upstream.source, status: "ok", count: users.length, queried_at }],
      next_cursor: page.after === null ? null : encodeCursor(page.after, question),
    };
  },
});
