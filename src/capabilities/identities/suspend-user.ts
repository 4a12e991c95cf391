/** Declares the two tools that keep a user from signing in and let them sign in again. */
import * as z from "zod";
import { type ChangeSpec, changeSpec } from "../../toolkit/change.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { SEEN_STATUSES, UserId } from "./user.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;

const Account = z.strictObject({ user_id: UserId.describe("From search_users") });

/** What both tools answer: the account, and where it stands. */
const Suspended = z.strictObject({
  user_id: UserId,
  name: reportedText().nullable(),
  status: z.enum(SEEN_STATUSES),
});

type Words = Pick<
  ChangeSpec,
  "name" | "title" | "description" | "annotations" | "countermeasure" | "reversed_by"
>;

/** @param account what it sets the account to */
function lifecycle(words: Words, account: "suspended" | "active") {
  return changeSpec({
    ...words,
    capability: "identities",
    scope: "identities:suspend",
    window_ms: WINDOW_MS,
    input: Account,
    output: Suspended,
    target: ({ user_id }) => ({ kind: "user", id: user_id }),
    sets: () => ({ account }),
  });
}

export const suspendUser = lifecycle(
  {
    name: "suspend_user",
    title: "Suspend a user",
    description:
      "Keeps a user from signing in to Okta; the account keeps its groups and apps. Only active accounts. May need approval. Next: end_user_sessions. Undo: unsuspend_user.",
    // Somebody can't work any more; asking again changes nothing more.
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    countermeasure: "evict",
    reversed_by: "unsuspend_user",
  },
  "suspended",
);

export const unsuspendUser = lifecycle(
  {
    name: "unsuspend_user",
    title: "Unsuspend a user",
    description: "Lets a suspended user sign in to Okta again. May need approval. Undo: suspend_user.",
    // It opens a door that somebody closed for a reason.
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    countermeasure: "restore",
    reversed_by: "suspend_user",
  },
  "active",
);
