import * as z from "zod";
import { asFailure, type Failure } from "../../toolkit/failure.ts";
import { defineRead } from "../../toolkit/tool.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import { oktaCredentials } from "./credentials.ts";
import { okta } from "./errors.ts";
import { User, userOf } from "./normalise.ts";
import { UserId } from "./schemas.ts";
import { isAdministrator, type Known, readUser, usesMfa } from "./users.ts";

/**
 * What the account's own record doesn't say. `null`: it couldn't be read, and the answer says that it is incomplete; or
 * it rests on a factor or role that isn't known here.
 */
const UserDetail = z.strictObject({
  ...User.shape,
  has_mfa: z.boolean().nullable(),
  administrator: z.boolean().nullable(),
});

export const getUser = defineRead({
  name: "get_user",
  title: "Get a user",
  description:
    "One Okta account as it is now: status, last sign-in, whether it has MFA, whether it is an administrator's.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "identities:read",
  credentials: [oktaCredentials.read],
  input: z.strictObject({ user_id: UserId.describe("From search_users") }),
  output: UserDetail,
  async run({ user_id }, { now, upstream: through }) {
    const upstream = through(oktaCredentials.read);
    const [user, mfa, administrator] = await Promise.all([
      readUser(upstream, user_id),
      known("listFactors", usesMfa(upstream, user_id)),
      known("listAssignedRolesForUser", isAdministrator(upstream, user_id)),
    ]);
    const source = { source: upstream.source, queried_at: new Date(now).toISOString() };
    if (user === null) {
      return {
        outcome: "not_found",
        resource: { kind: "user", id: user_id },
        sources: [{ ...source, status: "not_found", count: 0 }],
      };
    }
    const error = mfa.failure ?? administrator.failure;
    const unreadable = mfa.unreadable + administrator.unreadable;
    return {
      outcome: "found",
      data: { ...userOf(user), has_mfa: mfa.value, administrator: administrator.value },
      sources: [
        error === null
          ? { ...source, status: "ok", count: 1, unreadable }
          : { ...source, status: "error", count: 1, unreadable, error },
      ],
    };
  },
});

/** A detail, or what kept us from it: the account itself can still be shown. */
async function known(
  operation: string,
  detail: Promise<Known | null>,
): Promise<Known & { readonly failure: Failure | null }> {
  try {
    const found = await detail;
    if (found !== null) return { ...found, failure: null };
    // "No such user", of somebody who is there: whatever that means, it isn't "none".
    return { ...UNKNOWN, failure: contractChanged(okta, operation, "") };
  } catch (thrown) {
    return { ...UNKNOWN, failure: asFailure(thrown) };
  }
}

const UNKNOWN: Known = { value: null, unreadable: 0 };
