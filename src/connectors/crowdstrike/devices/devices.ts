/** Lists the ids of CrowdStrike's devices by a filter, reads the devices, and says what a page lacks. */
import type { Device } from "../../../capabilities/devices/device.ts";
import { Failure } from "../../../toolkit/failure.ts";
import { mapRecords, type Records } from "../../../toolkit/lists/records.ts";
import { contractChanged, incomplete, pageLost } from "../../../toolkit/upstream/failures.ts";
import type { Upstream } from "../../../toolkit/upstream/upstream.ts";
import { crowdstrike } from "../errors.ts";
import { DeviceDetails, DeviceIdPage } from "../schemas.ts";
import { deviceOf } from "./normalise-device.ts";

/** The vendor lists no further than this by offset, whatever there is. */
export const REACH = 10_000;

/** One page of ids, in order. */
export interface IdPage extends Records<string> {
  /** How many there are in all. */
  readonly total: number;
  /** Where the next page begins, or `null` if there is none. */
  readonly next_offset: number | null;
}

/** Where a listing stands: a page, and what the caller said that stands in its filter. */
export interface Listing {
  readonly filter: string | null;
  readonly offset: number;
  readonly limit: number;
  /** The arguments that a caller worded, if any. */
  readonly about?: readonly string[];
}

/**
 * The ids of a page of devices that a filter holds for, by host name.
 * @throws Failure `invalid_input` where the vendor lists no further
 */
export async function listDeviceIds(
  upstream: Upstream,
  { filter, offset, limit, about = [] }: Listing,
): Promise<IdPage> {
  if (offset >= REACH) throw outOfReach("devices", "query, os, group, containment or criticality");
  const operation = "QueryDevicesByFilter";
  const page = await upstream.read(
    {
      operation,
      method: "GET",
      path: "/devices/queries/devices/v1",
      query: {
        ...(filter === null ? {} : { filter }),
        sort: "hostname.asc",
        offset: String(offset),
        limit: String(Math.min(limit, REACH - offset)),
      },
      about,
    },
    DeviceIdPage,
  );
  return pageOf(operation, page, offset);
}

/**
 * A page of ids as it follows from a listing's answer.
 * @throws Failure for an empty page: `upstream_contract_changed` if it says that there is more, else
 *   `upstream_unavailable` if the page before did
 */
export function pageOf(
  operation: string,
  { resources, meta }: { resources: Records<string>; meta: { pagination: { total: number } } },
  offset: number,
): IdPage {
  const { total } = meta.pagination;
  const listed = resources.records.length + resources.unreadable;
  if (listed === 0 && offset < total) throw contractChanged(crowdstrike, operation, "resources");
  // Only where the page before said that there is more does anybody ask for this one.
  if (listed === 0 && offset > 0) throw pageLost(crowdstrike);
  const end = offset + listed;
  return {
    records: [...new Set(resources.records)],
    unreadable: resources.unreadable,
    total,
    next_offset: end < total ? end : null,
  };
}

/** Those of `ids` that exist, as they are now, in the order of `ids`. */
export async function describeDevices(upstream: Upstream, ids: readonly string[]): Promise<Records<Device>> {
  if (ids.length === 0) return { records: [], unreadable: 0 };
  const operation = "PostDeviceDetailsV2";
  const { resources } = await upstream.read(
    { operation, method: "POST", path: "/devices/entities/devices/v2", json: { ids }, about: ["device_id"] },
    DeviceDetails,
  );
  return inOrder(operation, mapRecords(resources, deviceOf), ids, "device_id");
}

/**
 * Records in the order of their ids, each once.
 * @throws Failure `upstream_contract_changed` for one that nobody asked for
 */
export function inOrder<Name extends string, Record extends { readonly [name in Name]: string }>(
  operation: string,
  { records, unreadable }: Records<Record>,
  ids: readonly string[],
  name: Name,
): Records<Record> {
  const wanted = new Set(ids);
  const stranger = records.findIndex((record) => !wanted.has(record[name]));
  if (stranger >= 0) throw contractChanged(crowdstrike, operation, `resources.${stranger}.${name}`);
  const byId = new Map<string, Record>(records.map((record) => [record[name], record]));
  return { records: ids.flatMap((id) => byId.get(id) ?? []), unreadable };
}

/**
 * What a page lacks, as the failure that makes it incomplete, or `null` if it is whole. Something that was
 * listed and can't be described may be gone, or the vendor may be failing: the answer can't tell, and so
 * doesn't pass for whole.
 * @throws Failure the same, if nothing could be described: nothing must not look like "none found"
 */
export function unansweredIds(
  ids: readonly string[],
  { records, unreadable }: Records<unknown>,
): Failure | null {
  const described = records.length + unreadable;
  if (described >= ids.length) return null;
  const failure = incomplete(crowdstrike, ids.length, described);
  if (described === 0) throw failure;
  return failure;
}

/** There is more, and no way to it but another question. */
export function outOfReach(what: string, filters: string): Failure {
  const message = `CrowdStrike lists no more than ${REACH} ${what} for one search.`;
  return new Failure("invalid_input", message, {
    next_step: `Narrow the search with ${filters}, and begin it anew.`,
    issues: [{ path: "cursor", message, hint: "Leave it out, and narrow the search." }],
  });
}
