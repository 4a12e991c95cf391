/**
 * What we rely on of CrowdStrike's answers: ids. Everything else may be absent or null, and a word that we don't know
 * is kept as the vendor's own. A field of another type makes its record unreadable, not the page.
 */
import * as z from "zod";
import { DeviceId } from "../../capabilities/devices/device.ts";
import { records } from "../../toolkit/lists/records.ts";
import { vendorWord } from "../../toolkit/words.ts";

/** A text that somebody else wrote: a sensor, a host, an attacker. */
export const reported = z.string().nullish();

/** A moment before this is Go's zero time: the vendor's way to write down none. */
const EARLIEST = Date.UTC(1970, 0, 1);

/** A time in UTC, or `null` where the vendor leaves it out. */
export const moment = z
  .union([z.literal(""), z.iso.datetime({ offset: true })])
  .nullish()
  .transform((time) => (time && Date.parse(time) >= EARLIEST ? new Date(time).toISOString() : null));

/** `deviceapi.DeviceSwagger`, as far as it is used. */
export const DeviceRecord = z.object({
  device_id: DeviceId,
  status: vendorWord,
  criticality: vendorWord,
  last_seen: moment,
  hostname: reported,
  local_ip: reported,
  external_ip: reported,
  mac_address: reported,
  serial_number: reported,
  platform_name: reported,
  os_version: reported,
  product_type_desc: reported,
  chassis_type_desc: reported,
  agent_version: reported,
  last_login_user: reported,
  last_login_timestamp: moment,
  tags: z.array(z.string()).nullish(),
});
export type DeviceRecord = z.output<typeof DeviceRecord>;

/** `deviceapi.DeviceDetailsResponseSwagger`. */
export const DeviceDetails = z.object({ resources: records(DeviceRecord) });

/** `msa.QueryResponse`: one page of ids, and how many there are in all. */
export function idPage<Id extends z.ZodType<string>>(id: Id) {
  return z.object({
    resources: records(id),
    meta: z.object({ pagination: z.object({ total: z.int().min(0) }) }),
  });
}

export const DeviceIdPage = idPage(DeviceId);

/** `msa.ReplyAffectedEntities`: what an action took on, and what it didn't. */
export const AffectedEntities = z.object({
  resources: z.array(z.object({ id: z.string() })).nullish(),
});
