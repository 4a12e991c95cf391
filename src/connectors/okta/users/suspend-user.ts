/** How Okta suspends a user, and lifts that. */
import { suspendUser, unsuspendUser } from "../../../capabilities/identities/suspend-user.ts";
import type { SeenStatus, UserStatus } from "../../../capabilities/identities/user.ts";
import { type Served, serve } from "../../../toolkit/connector.ts";
import { Failure } from "../../../toolkit/failure.ts";
import { oktaCredentials } from "../access/credentials.ts";
import { concludeChange } from "../change-answer.ts";
import { userOf } from "./normalise-user.ts";
import { pathOf, readUserAndRoles } from "./users.ts";

const DEADLINE_MS = 10_000;
const CREDENTIAL = oktaCredentials.suspend;

/** A lifecycle operation and what it leads to. */
interface Move {
  readonly operation: "suspendUser" | "unsuspendUser";
  readonly path: "suspend" | "unsuspend";
  /** The only status that Okta does it from. */
  readonly from: UserStatus;
  readonly to: UserStatus;
  /** The statuses in which there is nothing left to ask for. */
  readonly in_effect: readonly SeenStatus[];
}

function moves(spec: typeof suspendUser, { operation, path, from, to, in_effect }: Move): Served {
  return serve(spec, {
    credential: CREDENTIAL,
    read_credential: oktaCredentials.read,
    class: "probe",
    repeat: "same",
    deadline_ms: DEADLINE_MS,
    landing_ms: ({ OKTA_SETTLE_MS }) => OKTA_SETTLE_MS,
    async inspect({ user_id }, { upstream }) {
      const read = await readUserAndRoles(upstream, user_id);
      if (read === null) return { exists: false };
      const { name, status } = userOf(read.user);
      const seen = {
        exists: true,
        attributes: { administrator: read.administrator },
        data: { user_id, name, status },
      } as const;
      if (status === "unknown") return { ...seen, in_effect: false, unsure: true };
      return { ...seen, in_effect: in_effect.includes(status) };
    },
    request: ({ user_id }) => ({
      operation,
      method: "POST",
      path: pathOf(user_id, `/lifecycle/${path}`),
    }),
    conclude: (answer, { input: { user_id }, before }) =>
      concludeChange(
        answer,
        { operation, credential: CREDENTIAL.name, about: ["user_id"] },
        {
          success: 200,
          nothing_done: "The account was not changed.",
          refused_status: (status) => onlyFrom(from, before?.status, status),
        },
        { user_id, name: before?.name ?? null, status: to },
      ),
  });
}

/** The request has nothing in it that could be invalid but the account's status. */
function onlyFrom(from: UserStatus, seen: SeenStatus | undefined, upstream_status: number): Failure {
  const was = seen === undefined || seen === from ? "this one no longer is" : `this one was ${seen}`;
  const hint =
    from === "active" && seen !== "deactivated"
      ? "end_user_sessions signs the user out in any status. Keeping them out is done in Okta's console."
      : "Call get_user to see the account as it is now.";
  return new Failure(
    "upstream_rejected",
    `Okta did nothing: it does this only to ${from} accounts; ${was}. The account was not changed.`,
    {
      next_step: hint,
      issues: [{ path: "user_id", message: `The account is not ${from}.`, hint }],
      upstream_status,
    },
  );
}

export const oktaSuspends = moves(suspendUser, {
  operation: "suspendUser",
  path: "suspend",
  from: "active",
  to: "suspended",
  in_effect: ["suspended"],
});

export const oktaUnsuspends = moves(unsuspendUser, {
  operation: "unsuspendUser",
  path: "unsuspend",
  from: "suspended",
  to: "active",
  // An account gets into the other three from active only: whoever is there is not suspended any more.
  in_effect: ["active", "password_expired", "recovery", "locked_out"],
});
