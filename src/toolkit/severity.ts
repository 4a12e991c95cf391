/** Severity in OCSF's words, whatever the vendor's. */
import * as z from "zod";
import { reportedText } from "./text/reported-text.ts";

/** What callers ask for, from least to most. */
export const SEVERITIES = ["informational", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A list to search by. Its limits are kept out of the JSON Schema, where the words say as much. */
export const severities = z
  .array(z.enum(SEVERITIES))
  .refine(
    (list) => list.length > 0 && new Set(list).size === list.length,
    "must name each severity once, and at least one",
  )
  .describe("Any of these");

const CAPTIONS = {
  0: "Unknown",
  1: "Informational",
  2: "Low",
  3: "Medium",
  4: "High",
  5: "Critical",
  6: "Fatal",
  99: "Other",
} as const;

/** OCSF's `severity_id`, and its captions. */
export type SeverityId = keyof typeof CAPTIONS;
type Caption = (typeof CAPTIONS)[SeverityId];

const ID_OF: Record<Severity, SeverityId> = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 };

/** The part of a finding that says how severe it is. `vendor_severity` is the vendor's own value. */
export const severityShape = {
  severity_id: z.int(),
  severity: z.enum(Object.values(CAPTIONS)),
  vendor_severity: reportedText(64).nullable(),
};

/** OCSF's `severity_id` with its caption; 0, "Unknown", for none. */
export function ocsfSeverity(severity: Severity | null): {
  readonly severity_id: SeverityId;
  readonly severity: Caption;
} {
  const severity_id = severity === null ? 0 : ID_OF[severity];
  return { severity_id, severity: CAPTIONS[severity_id] };
}
