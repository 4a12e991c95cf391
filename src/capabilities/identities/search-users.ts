/** Declares the tool that finds users by name, address or status. */
import * as z from "zod";
import { cursor, limit } from "../../toolkit/lists/paging.ts";
import { readSpec } from "../../toolkit/read.ts";
import { USER_STATUSES, User } from "./user.ts";

/** More words would say no more, and make an expression that Okta refuses as too complex. */
const MOST_WORDS = 5;

/** Quotation marks, backslashes, and whatever can't be seen. */
const UNQUOTABLE = /["\\\p{C}]/u;

/** What a search for people may look for: the beginnings of names or of an address. Nothing in it can end a quotation. */
export const UserQuery = z
  .string()
  .max(100)
  .refine(
    (query) => !UNQUOTABLE.test(query),
    "may not hold quotation marks, backslashes or control characters",
  )
  .refine((query) => {
    const words = wordsOf(query).length;
    return words >= 1 && words <= MOST_WORDS;
  }, `must hold 1 to ${MOST_WORDS} words`);

/** The words of a query. */
export function wordsOf(query: string): string[] {
  return query.split(/\s+/).filter((word) => word !== "");
}

export const searchUsers = readSpec({
  name: "search_users",
  title: "Search users",
  description:
    "Finds Okta accounts by name, address or status; a change of the last seconds may not show yet. Next: get_user, search_sign_ins.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "identities",
  scope: "identities:read",
  input: z.strictObject({
    query: UserQuery.optional().describe("Beginnings of name, e-mail or login, or a user_id"),
    status: z.enum(USER_STATUSES).optional().describe("Of the account"),
    limit,
    cursor,
  }),
  output: z.strictObject({ users: z.array(User) }),
  join: (parts) => ({ users: parts.flatMap(({ users }) => users) }),
});
