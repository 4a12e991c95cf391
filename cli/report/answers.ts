/** What the report reads of the tools' answers, and nothing else. */
import { z } from "zod";
import { FRAMEWORK_IDS } from "../../src/catalogue/controls/frameworks.ts";
import { CONTROL_STATUSES } from "../../src/catalogue/controls/verdict.ts";

const Requirements = z.partialRecord(z.enum(FRAMEWORK_IDS), z.array(z.string()));

export const Control = z.object({
  control_id: z.string(),
  title: z.string(),
  question: z.string(),
  requirements: Requirements,
});
export type Control = z.output<typeof Control>;

const Evidence = z.object({
  source: z.string(),
  what: z.string(),
  queried_at: z.iso.datetime(),
  count: z.int(),
  complete: z.boolean(),
  problem: z.string().nullable(),
});

export const Checked = z.object({
  status: z.enum(CONTROL_STATUSES),
  reason: z.string(),
  checked_at: z.iso.datetime(),
  evidence: z.array(Evidence),
  violations: z.object({
    count: z.int(),
    at_least: z.boolean(),
    examples: z.array(z.record(z.string(), z.json())),
  }),
  finding: z.record(z.string(), z.json()),
});
export type Checked = z.output<typeof Checked>;

/** Where a call stands in the audit. The instance may not have stored it yet when the report is made. */
export const AuditEvent = z.object({
  event_id: z.string(),
  at: z.string(),
  chain: z.string(),
  seq: z.int(),
  hash: z.string(),
});
export type AuditEvent = z.output<typeof AuditEvent>;

export const Whoami = z.object({ tenant: z.string(), subject: z.string(), name: z.string() });

const coverage = z.object({ complete: z.boolean(), next_cursor: z.string().nullable() });
const Refused = z.object({
  status: z.literal("error"),
  error: z.object({ code: z.string(), message: z.string() }),
  audit_id: z.string().nullable(),
});

/** The answer to a read that holds `data`, or a refusal. */
export function answerWith<Data extends z.ZodType>(data: Data) {
  return z.discriminatedUnion("status", [
    z.object({ status: z.literal("ok"), data, coverage, audit_id: z.string().nullable() }),
    Refused,
  ]);
}
