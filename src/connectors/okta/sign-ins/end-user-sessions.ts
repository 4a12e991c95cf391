/** How Okta ends a user's sessions. */
import { endUserSessions } from "../../../capabilities/identities/end-user-sessions.ts";
import { serve } from "../../../toolkit/connector.ts";
import { Failure } from "../../../toolkit/failure.ts";
import { claimedAt } from "../../../toolkit/operation-id.ts";
import { oktaCredentials } from "../access/credentials.ts";
import { concludeChange } from "../change-answer.ts";
import { settleInLogMs } from "../settings.ts";
import { userOf } from "../users/normalise-user.ts";
import { pathOf, readUserAndRoles } from "../users/users.ts";
import { sessionsEnded } from "./system-log.ts";

const DEADLINE_MS = 10_000;
const OPERATION = "revokeUserSessions";
const CREDENTIAL = oktaCredentials.sessions;
const ANSWERS = {
  success: 204,
  nothing_done: "No session was ended.",
  refused_status: (upstream_status: number) =>
    new Failure(
      "upstream_rejected",
      "Okta ended no session: it does not do this to an account in its present status.",
      {
        next_step: "Call get_user to see the account as it is now.",
        issues: [
          {
            path: "user_id",
            message: "The account's status does not allow it.",
            hint: "Call get_user to see the account as it is now.",
          },
        ],
        upstream_status,
      },
    ),
} as const;

/**
 * How far Okta's clock may be behind ours, in milliseconds: what ended sessions just after the claim is then
 * logged as before it. Too much would take an earlier end for this one.
 */
const CLOCK_SKEW_MS = 5_000;

export const oktaEndsSessions = serve(endUserSessions, {
  credential: CREDENTIAL,
  read_credential: oktaCredentials.read,
  class: "probe",
  // What lands late ends the sessions that were begun since, too.
  repeat: "adds",
  deadline_ms: DEADLINE_MS,
  landing_ms: settleInLogMs,
  /**
   * Okta shows no sessions; only its log tells that they were ended. It is enough that they were, whoever did it,
   * as long as the user hasn't signed in again.
   */
  async inspect({ user_id }, { upstream, settings, operation_id }) {
    const from = claimedAt(operation_id) - CLOCK_SKEW_MS;
    const [read, end] = await Promise.all([
      readUserAndRoles(upstream, user_id),
      sessionsEnded(upstream, user_id, from, settings.OKTA_SESSIONS_CLIENT_ID),
    ]);
    if (read === null) return { exists: false };
    const seen = {
      exists: true,
      attributes: { administrator: read.administrator },
      data: { user_id, name: userOf(read.user).name, sessions_ended_time: end?.ended_time ?? null },
    } as const;
    if (end === null) return { ...seen, in_effect: false };
    const landed = end.ours ? { landed: true as const } : {};
    return { ...seen, in_effect: !end.signed_in_since, ...landed };
  },
  request: ({ user_id }) => ({
    operation: OPERATION,
    method: "DELETE",
    path: pathOf(user_id, "/sessions"),
    // Okta's defaults differ between its engines, so both are said.
    query: { forgetDevices: "true", oauthTokens: "false" },
  }),
  conclude: (answer, { input: { user_id }, before }) =>
    concludeChange(
      answer,
      { operation: OPERATION, credential: CREDENTIAL.name, about: ["user_id"] },
      ANSWERS,
      {
        user_id,
        name: before?.name ?? null,
        sessions_ended_time: new Date(answer.at).toISOString(),
      },
    ),
});
