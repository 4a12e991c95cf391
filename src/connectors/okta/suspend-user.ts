import * as z from "zod";
import { Failure } from "../../toolkit/failure.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { type ChangeTool, defineChange, type ToolAnnotations } from "../../toolkit/tool.ts";
import { concludeChange } from "./change-answer.ts";
import { oktaCredentials } from "./credentials.ts";
import { SEEN_STATUSES, type SeenStatus, type Status, userOf } from "./normalise.ts";
import { UserId } from "./schemas.ts";
import { settleMs } from "./settings.ts";
import { pathOf, readUserAndRoles } from "./users.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;
const DEADLINE_MS = 10_000;
const CREDENTIAL = oktaCredentials.suspend;

/** What both tools answer: the account, and where it stands. */
const Suspended = z.strictObject({
  user_id: UserId,
  name: reportedText().nullable(),
  status: z.enum(SEEN_STATUSES),
});

/** A lifecycle operation and what it leads to. */
interface Move {
  readonly operation: "suspendUser" | "unsuspendUser";
  readonly path: "suspend" | "unsuspend";
  /** What it sets the account to. */
  readonly account: "suspended" | "active";
  /** The only status that Okta does it from. */
  readonly from: Status;
  readonly to: Status;
  /** The statuses in which there is nothing left to ask for. */
  readonly in_effect: readonly SeenStatus[];
}

type Words = Pick<ChangeTool, "name" | "title" | "description" | "countermeasure"> & {
  readonly annotations: ToolAnnotations;
  readonly reversed_by: string;
};

function lifecycleTool(words: Words, { operation, path, account, from, to, in_effect }: Move): ChangeTool {
  const { reversed_by, ...naming } = words;
  return defineChange({
    ...naming,
    scope: "identities:suspend",
    credential: CREDENTIAL,
    read_credential: oktaCredentials.read,
    effect: {
      class: "probe",
      repeat: "same",
      window_ms: WINDOW_MS,
      deadline_ms: DEADLINE_MS,
      landing_ms: settleMs,
      reversed_by,
    },
    input: z.strictObject({ user_id: UserId.describe("From search_users") }),
    output: Suspended,
    target: ({ user_id }) => ({ kind: "user", id: user_id }),
    sets: () => ({ account }),
    async inspect({ user_id }, upstream) {
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
function onlyFrom(from: Status, seen: SeenStatus | undefined, upstream_status: number): Failure {
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

export const suspendUser = lifecycleTool(
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
  {
    operation: "suspendUser",
    path: "suspend",
    account: "suspended",
    from: "active",
    to: "suspended",
    in_effect: ["suspended"],
  },
);

export const unsuspendUser = lifecycleTool(
  {
    name: "unsuspend_user",
    title: "Unsuspend a user",
    description: "Lets a suspended user sign in to Okta again. May need approval. Undo: suspend_user.",
    // It opens a door that somebody closed for a reason.
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
    countermeasure: "restore",
    reversed_by: "suspend_user",
  },
  {
    operation: "unsuspendUser",
    path: "unsuspend",
    account: "active",
    from: "suspended",
    to: "active",
    // An account gets into the other three from active only: whoever is there is not suspended any more.
    in_effect: ["active", "password_expired", "recovery", "locked_out"],
  },
);
