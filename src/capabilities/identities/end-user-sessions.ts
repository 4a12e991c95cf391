/**
 * Declares the tool that signs a user out everywhere. A repeat after 15 minutes ends the sessions begun
 * since.
 */
import * as z from "zod";
import { changeSpec } from "../../toolkit/change.ts";
import { reportedText } from "../../toolkit/text/reported-text.ts";
import { UserId } from "./user.ts";

const WINDOW_MS = 15 * 60 * 1000;

export const endUserSessions = changeSpec({
  name: "end_user_sessions",
  title: "End a user's sessions",
  description:
    "Signs a user out of Okta everywhere; their devices are forgotten for MFA, too (forgetDevices). Apps' own sessions and tokens stay. May need approval.",
  // Unsaved work may be lost; after 15 minutes a repeat ends the sessions that were begun since.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  capability: "identities",
  scope: "identities:suspend",
  window_ms: WINDOW_MS,
  reversed_by: null,
  countermeasure: "evict",
  input: z.strictObject({ user_id: UserId.describe("From search_users") }),
  output: z.strictObject({
    user_id: UserId,
    name: reportedText().nullable(),
    /** `null`: not since this was asked for. */
    sessions_ended_time: z.iso.datetime().nullable(),
  }),
  target: ({ user_id }) => ({ kind: "user", id: user_id }),
  sets: () => ({}),
});
