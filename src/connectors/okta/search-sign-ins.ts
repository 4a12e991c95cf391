import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../path/paging.ts";
import { defineRead } from "../../path/tool.ts";
import { since } from "../since.ts";
import { OUTCOMES } from "./filter.ts";
import { After } from "./next-page.ts";
import { SignIn, signInOf } from "./normalise.ts";
import { UserId } from "./schemas.ts";
import { listSignIns } from "./system-log.ts";

export const searchSignIns = defineRead({
  name: "search_sign_ins",
  title: "Search sign-ins",
  description:
    "Sign-ins to Okta and attempts, newest first: who, when, from where, how it ended. The last 7 days unless since says more (90 days at most).",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "identities:read",
  credentials: ["okta.read"],
  input: z.strictObject({
    user_id: UserId.optional().describe("From search_users"),
    since,
    outcome: z.enum(OUTCOMES).optional().describe("How it ended"),
    limit,
    cursor,
  }),
  output: z.strictObject({ sign_ins: z.array(SignIn) }),
  async run({ cursor: from, limit: most, ...asked }, { now, upstream: through }) {
    const upstream = through("okta.read");
    const question = `search_sign_ins ${JSON.stringify([asked.user_id, asked.since, asked.outcome])}`;
    const after = from === undefined ? null : decodeCursor(from, question, After);
    const page = await listSignIns(upstream, asked, after, most);
    const sign_ins = page.events.map(signInOf);
    const queried_at = new Date(now).toISOString();
    return {
      outcome: "found",
      data: { sign_ins },
      sources: [{ source: upstream.source, status: "ok", count: sign_ins.length, queried_at }],
      next_cursor: page.after === null ? null : encodeCursor(page.after, question),
    };
  },
});
