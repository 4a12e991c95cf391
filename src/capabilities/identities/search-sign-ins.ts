/** Declares the tool that searches sign-ins and attempts by user, time, outcome or address. */
import * as z from "zod";
import { cursor, limit } from "../../toolkit/lists/paging.ts";
import { readSpec } from "../../toolkit/read.ts";
import { since as moment } from "../../toolkit/since.ts";
import { SignIn } from "./sign-in.ts";
import { UserId } from "./user.ts";

/** How a sign-in ended, as callers ask for it. */
export const SIGN_IN_OUTCOMES = ["success", "failure"] as const;

export const searchSignIns = readSpec({
  name: "search_sign_ins",
  title: "Search sign-ins",
  description:
    "Sign-ins to Okta and attempts, newest first, with MFA, denials by policy and lock-outs: who, when, from where, how it ended. The last 7 days unless since says more (90 at most).",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "identities",
  scope: "identities:read",
  input: z.strictObject({
    user_id: UserId.optional().describe("From search_users"),
    since: moment.describe("From then on"),
    until: moment.describe("ISO 8601, not included"),
    outcome: z.enum(SIGN_IN_OUTCOMES).optional().describe("How it ended"),
    ip: z.string().min(1).max(64).optional().describe("Address that it came from"),
    limit,
    cursor,
  }),
  output: z.strictObject({ sign_ins: z.array(SignIn) }),
  join: (parts) => ({ sign_ins: parts.flatMap(({ sign_ins }) => sign_ins) }),
});
