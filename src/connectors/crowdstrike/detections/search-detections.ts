/** How Falcon answers a search for detections. */
import * as z from "zod";
import { searchDetections } from "../../../capabilities/detections/search-detections.ts";
import { serve } from "../../../toolkit/connector.ts";
import { asFailure } from "../../../toolkit/failure.ts";
import type { Matched, ReadContext } from "../../../toolkit/read.ts";
import { type Scope, scopesOfRoles } from "../../../toolkit/scopes.ts";
import { crowdstrikeCredentials } from "../credentials.ts";
import { describeDevices, unansweredIds } from "../devices/devices.ts";
import { pageReport } from "../page-report.ts";
import { detectionFilter, userNames } from "./detection-filter.ts";
import { describeAlerts, listAlertIds } from "./detections.ts";
import { detectionOf } from "./normalise-detection.ts";

/** What a caller must hold for us to look at devices in their name. */
const DEVICES: Scope = "devices:read";

/** The arguments that a caller words freely: what the vendor refuses may lie in them. */
const WORDED = ["device_id", "user", "hash", "query"] as const;

export const crowdstrikeSearchesDetections = serve(searchDetections, {
  credentials: [crowdstrikeCredentials.alerts_read, crowdstrikeCredentials.read],
  position: z.int().min(0),
  async read({ query: text, ...asked }, { from, limit }, at) {
    const upstream = at.upstream(crowdstrikeCredentials.alerts_read);
    const given = { ...asked, query: text };
    const about = WORDED.filter((name) => given[name] !== undefined);
    const filter = detectionFilter(asked);
    const page = await listAlertIds(upstream, { filter, offset: from ?? 0, limit, text, about });
    const records = await describeAlerts(upstream, page.records);
    const error = unansweredIds(page.records, records);
    const { device_id, user } = asked;
    const matched = page.total > 0 ? undefined : await namedThings(at, device_id, user);
    if (matched === "no such device") return { absent: { kind: "device", id: device_id ?? "" } };
    return {
      data: { detections: records.records.map(detectionOf) },
      next: page.next_offset,
      ...pageReport(page, records, error, matched),
      ...(user === undefined ? {} : { searched: { user: userNames(user) } }),
    };
  },
});

type Looking = Pick<ReadContext, "principal" | "upstream">;

/**
 * What an empty answer has to say of the things that the question names. The vendor lists devices, and no users.
 * `undefined` where it names none.
 */
async function namedThings(
  context: Looking,
  device_id: string | undefined,
  user: string | undefined,
): Promise<readonly Matched[] | null | undefined | "no such device"> {
  if (device_id === undefined) return user === undefined ? undefined : null;
  const exists = await deviceExists(context, device_id);
  if (exists === false) return "no such device";
  return exists === null || user !== undefined ? null : [{ id: device_id, by: "id" }];
}

/** Whether there is such a device, or `null` where this caller, or this instance, may not look. */
async function deviceExists({ principal, upstream }: Looking, device_id: string): Promise<boolean | null> {
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
