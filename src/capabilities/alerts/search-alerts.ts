/** Declares the tool that searches the alerts of the SIEM's detection rules. */
import * as z from "zod";
import { cursor, limit } from "../../toolkit/lists/paging.ts";
import { readSpec } from "../../toolkit/read.ts";
import { SEVERITIES } from "../../toolkit/severity.ts";
import { since } from "../../toolkit/since.ts";
import { ALERT_STATUSES, Alert } from "./alert.ts";

/** A name, whole: these filters know no patterns, and as a part of a name a pattern would find nothing. */
export const Named = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .refine((name) => !/[*?]/.test(name), "must be a whole name, without * and ?");

export const searchAlerts = readSpec({
  name: "search_alerts",
  title: "Search alerts",
  description:
    "Alerts of the SIEM's detection rules, newest first. Next: update_alert with an alert_id, open_case with alert_ids.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "alerts",
  scope: "alerts:read",
  input: z.strictObject({
    severity: z.array(z.enum(SEVERITIES)).min(1).optional().describe("Any of these"),
    status: z.enum(ALERT_STATUSES).optional().describe("As analysts set it"),
    host: Named.optional().describe("Host name, IP or CIDR"),
    user: Named.optional().describe("User name, DOMAIN\\name, address or id"),
    rule: Named.optional().describe("Rule's whole name, or its id"),
    since,
    limit,
    cursor,
  }),
  output: z.strictObject({ alerts: z.array(Alert) }),
  join: (parts) => ({ alerts: parts.flatMap(({ alerts }) => alerts) }),
});
