/** Declares the tool that answers one control from evidence read at that moment. */
import * as z from "zod";
import { defineRead } from "../../toolkit/read.ts";
import { opaqueId, reportedObject, reportedText } from "../../toolkit/text/reported-text.ts";
import { CONTROLS, controlCalled } from "./catalogue.ts";
import { findingOf } from "./finding.ts";
import { FRAMEWORK_IDS } from "./frameworks.ts";
import { type ControlReading, readingsOf, sourceReport } from "./reading.ts";
import { CONTROL_STATUSES, verdictOf } from "./verdict.ts";

/** How many violations an answer shows. The rest is counted, and found with the search tools. */
const EXAMPLES = 10;

const Evidence = z.strictObject({
  source: opaqueId,
  what: reportedText(),
  queried_at: z.iso.datetime(),
  count: z.int(),
  complete: z.boolean(),
  /** Why it isn't. */
  problem: reportedText(1000).nullable(),
});

export const checkControl = defineRead({
  name: "check_control",
  title: "Check a control",
  description:
    "Answers one control from live evidence: pass, fail or indeterminate, with what was read, when, and examples. Indeterminate is not a pass.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "controls:read",
  credentials: [
    ...new Set(CONTROLS.flatMap(({ reads }) => Object.values(reads).map(({ credential }) => credential))),
  ],
  input: z.strictObject({
    control_id: z
      .string()
      .max(64)
      .regex(/^[a-z0-9-]+$/)
      .describe("From list_controls"),
  }),
  output: z.strictObject({
    control_id: opaqueId,
    title: reportedText(),
    question: reportedText(),
    requirements: z.partialRecord(z.enum(FRAMEWORK_IDS), z.array(opaqueId)),
    status: z.enum(CONTROL_STATUSES),
    reason: reportedText(1000),
    checked_at: z.iso.datetime(),
    evidence: z.array(Evidence),
    violations: z.strictObject({
      count: z.int(),
      /** There may be more, in what could not be read. */
      at_least: z.boolean(),
      examples: z.array(reportedObject),
    }),
    /** The same as OCSF Compliance Finding (2003). */
    finding: reportedObject,
  }),
  async run({ control_id }, context) {
    const control = controlCalled(control_id);
    if (control === null) {
      return { outcome: "not_found", resource: { kind: "control", id: control_id }, sources: [] };
    }
    const { now, env } = context;
    const byName = await readingsOf(control, context);
    const readings = Object.values(byName);
    const verdict = verdictOf(control, byName, now);
    const examples = verdict.violations.slice(0, EXAMPLES);
    const { title, question, requirements } = control;
    const { status, reason, violations, all_seen } = verdict;
    return {
      outcome: "found",
      data: {
        control_id,
        title,
        question,
        requirements: requirements as Record<string, string[]>,
        status,
        reason,
        checked_at: new Date(now).toISOString(),
        evidence: readings.map(evidenceOf),
        violations: {
          count: violations.length,
          at_least: !all_seen,
          examples: examples.map(({ facts }) => facts as Record<string, z.core.util.JSONType>),
        },
        finding: findingOf({ tenant: env.TENANT, control, verdict, readings, examples, now }) as Record<
          string,
          z.core.util.JSONType
        >,
      },
      sources: readings.map(sourceReport),
    };
  },
});

function evidenceOf({ source, what, queried_at, items, gap }: ControlReading): z.output<typeof Evidence> {
  return {
    source,
    what,
    queried_at,
    count: items.length,
    complete: gap === null,
    problem: gap?.message ?? null,
  };
}
