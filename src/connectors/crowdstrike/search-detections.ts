import * as z from "zod";
import { asFailure } from "../../toolkit/failure.ts";
import { cursor, decodeCursor, encodeCursor, limit } from "../../toolkit/paging.ts";
import { type Scope, scopesOfRoles } from "../../toolkit/scopes.ts";
import { severities } from "../../toolkit/severity.ts";
import { since } from "../../toolkit/since.ts";
import { defineRead, type Matched, type ReadContext } from "../../toolkit/tool.ts";
import { STATUSES } from "./alert-schemas.ts";
import { crowdstrikeCredentials } from "./credentials.ts";
import { detectionFilter, Hash, User, userNames } from "./detection-filter.ts";
import { describeAlerts, listAlertIds } from "./detections.ts";
import { describeDevices, lacking } from "./devices.ts";
import { Detection, detectionOf } from "./normalise-detection.ts";
import { pageReport } from "./page-report.ts";
import { DeviceId } from "./schemas.ts";

/** What a caller must hold for us to look at devices in their name. */
const DEVICES: Scope = "devices:read";

const Offset = z.int().min(0);

/** The arguments that a caller words freely: what the vendor refuses may lie in them. */
const WORDED = ["device_id", "user", "hash", "query"] as const;

export const searchDetections = defineRead({
  name: "search_detections",
  title: "Search detections",
  description:
    "Detections, newest first: device, user, process, severity, attack technique, who is assigned. Next: get_detection, get_device, update_detection, contain_device.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  scope: "detections:read",
  credentials: [crowdstrikeCredentials.alerts_read, crowdstrikeCredentials.read],
  input: z.strictObject({
    severity: severities.optional(),
    status: z
      .array(z.enum(STATUSES))
      .refine((list) => list.length > 0, "must name at least one")
      .optional()
      .describe("As analysts set it"),
    since,
    until: since.describe("ISO 8601, not included"),
    device_id: DeviceId.optional().describe("From search_devices"),
    user: User.optional().describe("Account name, user@domain or DOMAIN\\user"),
    hash: Hash.optional().describe("MD5, SHA-1 or SHA-256 of a file"),
    query: z.string().trim().min(1).max(128).optional().describe("Text anywhere in a detection"),
    limit,
    cursor,
  }),
  output: z.strictObject({ detections: z.array(Detection) }),
  async run({ cursor: from, limit: most, query: text, ...asked }, context) {
    const { now } = context;
    const upstream = context.upstream(crowdstrikeCredentials.alerts_read);
    const filter = detectionFilter(asked);
    const question = `search_detections ${filter} ${text ?? ""}`;
    const offset = from === undefined ? 0 : decodeCursor(from, question, Offset);
    const given = { ...asked, query: text };
    const about = WORDED.filter((name) => given[name] !== undefined);
    const page = await listAlertIds(upstream, { filter, offset, limit: most, text, about });
    const records = await describeAlerts(upstream, page.records);
    const error = lacking(page.records, records);
    const { device_id, user } = asked;
    const matched = page.total > 0 ? undefined : await namedThings(context, device_id, user);
    if (matched === "no such device") {
      const queried_at = new Date(now).toISOString();
      return {
        outcome: "not_found",
        resource: { kind: "device", id: device_id ?? "" },
        sources: [{ source: upstream.source, status: "not_found", count: 0, queried_at }],
      };
    }
    return {
      outcome: "found",
      data: { detections: records.records.map(detectionOf) },
      sources: [pageReport(upstream.source, now, page, records, error, matched)],
      next_cursor: page.next_offset === null ? null : encodeCursor(page.next_offset, question),
      ...(user === undefined ? {} : { searched: { user: userNames(user) } }),
    };
  },
});

/**
 * What an empty answer has to say of the things that the question names. The vendor lists devices, and no users.
 * `undefined` where it names none.
 */
async function namedThings(
  context: ReadContext,
  device_id: string | undefined,
  user: string | undefined,
): Promise<readonly Matched[] | null | undefined | "no such device"> {
  if (device_id === undefined) return user === undefined ? undefined : null;
  const exists = await deviceExists(context, device_id);
  if (exists === false) return "no such device";
  return exists === null || user !== undefined ? null : [{ id: device_id, by: "id" }];
}

/** Whether there is such a device, or `null` where this caller, or this instance, may not look. */
async function deviceExists(
  { principal, upstream }: ReadContext,
  device_id: string,
): Promise<boolean | null> {
  const may = principal.scopes.includes(DEVICES) && scopesOfRoles(principal.roles).includes(DEVICES);
  if (!may) return null;
  try {
    return (await describeDevices(upstream(crowdstrikeCredentials.read), [device_id])).records.length > 0;
  } catch (thrown) {
    const failure = asFailure(thrown);
    if (failure.kind === "permission" || failure.kind === "configuration") return null;
    throw failure;
  }
}
