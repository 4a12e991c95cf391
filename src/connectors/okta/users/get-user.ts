/** How Okta answers for one user. */
import { getUser } from "../../../capabilities/identities/get-user.ts";
import { serve } from "../../../toolkit/connector.ts";
import { asFailure, type Failure } from "../../../toolkit/failure.ts";
import { contractChanged } from "../../../toolkit/upstream/failures.ts";
import { oktaCredentials } from "../access/credentials.ts";
import { okta } from "../errors.ts";
import { userOf } from "./normalise-user.ts";
import { isAdministrator, type Known, readUser, usesMfa } from "./users.ts";

export const oktaGetsUser = serve(getUser, {
  credentials: [oktaCredentials.read],
  async read({ user_id }, _page, { upstream: through }) {
    const upstream = through(oktaCredentials.read);
    const [user, mfa, administrator] = await Promise.all([
      readUser(upstream, user_id),
      known("listFactors", usesMfa(upstream, user_id)),
      known("listAssignedRolesForUser", isAdministrator(upstream, user_id)),
    ]);
    if (user === null) return { absent: { kind: "user", id: user_id } };
    return {
      data: { ...userOf(user), has_mfa: mfa.value, administrator: administrator.value },
      unreadable: mfa.unreadable + administrator.unreadable,
      error: mfa.failure ?? administrator.failure,
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
