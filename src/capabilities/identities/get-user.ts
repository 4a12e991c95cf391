/** Declares the tool that reads one user's account, with whether it has MFA and is an administrator's. */
import * as z from "zod";
import { readSpec } from "../../toolkit/read.ts";
import { User, UserId } from "./user.ts";

/**
 * What the account's own record doesn't say. `null`: it couldn't be read, and the answer says that it is incomplete; or
 * it rests on a factor or role that isn't known here.
 */
const UserDetail = z.strictObject({
  ...User.shape,
  has_mfa: z.boolean().nullable(),
  administrator: z.boolean().nullable(),
});

export const getUser = readSpec({
  name: "get_user",
  title: "Get a user",
  description:
    "One Okta account as it is now: status, last sign-in, whether it has MFA, whether it is an administrator's.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "identities",
  scope: "identities:read",
  input: z.strictObject({ user_id: UserId.describe("From search_users") }),
  output: UserDetail,
});
