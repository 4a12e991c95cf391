/** Declares the tool that searches the audit, and says when rows of the store were left out. */
import * as z from "zod";
import { OUTCOMES } from "../../audit/event/event.ts";
import { leftOut, searchAudit } from "../../audit/store/search.ts";
import { cursor, limit } from "../../toolkit/lists/paging.ts";
import { defineRead } from "../../toolkit/read.ts";
import { since } from "../../toolkit/since.ts";
import { reportedObject } from "../../toolkit/text/reported-text.ts";
import { OWN_READ } from "./source.ts";

const LEFT_OUT = "Rows of the audit database stand where no object writes. audit verify names each.";

const text = z.string().min(1).max(300).optional();

export const searchAuditTool = defineRead({
  name: "search_audit",
  title: "Search audit",
  description:
    "Audit events, newest first: who called what, what was decided, how it ended. Very recent ones may still be on their way.",
  annotations: OWN_READ,
  scope: "audit:read",
  credentials: [],
  input: z.strictObject({
    since,
    subject: text.describe("Person, such as an e-mail address, in full"),
    tool: text.describe("Its name"),
    outcome: z.enum(OUTCOMES).optional().describe("How it ended"),
    target: text.describe("For example device/<id>."),
    limit,
    cursor,
  }),
  output: z.strictObject({
    events: z.array(reportedObject),
    /** Only where there are any. */
    left_out: z.strictObject({ rows: z.int(), why: z.literal(LEFT_OUT) }).optional(),
  }),
  run: async (query, { env, now }) => {
    const [{ events, next_cursor }, rows] = await Promise.all([searchAudit(env.DB, query), leftOut(env.DB)]);
    const source = {
      source: "audit",
      status: "ok" as const,
      count: events.length,
      queried_at: new Date(now).toISOString(),
    };
    const left_out = rows === 0 ? {} : { left_out: { rows, why: LEFT_OUT } as const };
    return { outcome: "found", data: { events: [...events], ...left_out }, sources: [source], next_cursor };
  },
});
