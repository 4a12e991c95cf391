/**
 * What we rely on of CrowdStrike's answers, and nothing else: unknown fields are ignored, a field that is
 * missing or of another type is a changed contract.
 *
 * Strict is what the vendor itself decides: ids, containment, rating, when a sensor was last heard. What a
 * sensor reports about its own host may be absent: a host that reports no name must not hide from a search,
 * nor keep a whole page of others from being read.
 */
import * as z from "zod";

/** A device's id: its sensor's agent id, 32 hexadecimal digits. */
export const DeviceId = z.string().regex(/^[0-9a-f]{32}$/, "must be 32 lower-case hexadecimal digits");

/** The vendor's words for containment. A fifth one would be a contract that we don't know. */
const Status = z.enum(["normal", "containment_pending", "contained", "lift_containment_pending"]);

/** The vendor's words for how much a host matters, in whatever case, and the empty one for "nobody said". */
const Rating = z
  .string()
  .toLowerCase()
  .pipe(z.enum(["low", "medium", "high", "critical", "noncritical", "unassigned", ""]))
  .nullish();

const reported = z.string().nullish();

/** `deviceapi.DeviceSwagger`, as far as it is used. */
export const DeviceRecord = z.object({
  device_id: DeviceId,
  status: Status,
  criticality: Rating,
  last_seen: z.iso.datetime({ offset: true }),
  hostname: reported,
  local_ip: reported,
  platform_name: reported,
  os_version: reported,
  product_type_desc: reported,
  chassis_type_desc: reported,
  agent_version: reported,
});
export type DeviceRecord = z.output<typeof DeviceRecord>;

/** `deviceapi.DeviceDetailsResponseSwagger`. Go's empty list may arrive as `null`. */
export const DeviceDetails = z.object({ resources: z.array(DeviceRecord).nullable() });

/** `msa.QueryResponse`: one page of ids. An empty page must say that there is no more, or it is no answer. */
export function idPage<Id extends z.ZodType<string>>(id: Id) {
  return z
    .object({
      resources: z.array(id).nullable(),
      meta: z.object({ pagination: z.object({ offset: z.int().min(0), total: z.int().min(0) }) }),
    })
    .refine(
      ({ resources, meta: { pagination } }) =>
        (resources ?? []).length > 0 || pagination.total <= pagination.offset,
      { path: ["resources"] },
    );
}

export const DeviceIdPage = idPage(DeviceId);

/** `msa.ReplyAffectedEntities`: what an action took on, and what it didn't. */
export const AffectedEntities = z.object({
  resources: z.array(z.object({ id: z.string() })).nullish(),
});
