import { contractChanged, incomplete } from "../../downstream/failures.ts";
import type { Upstream } from "../../downstream/upstream.ts";
import type { Failure } from "../../path/failure.ts";
import { crowdstrike } from "./errors.ts";
import { type Device, deviceOf } from "./normalise.ts";
import { DeviceDetails, DeviceIdPage } from "./schemas.ts";
import { unassignedCriticality } from "./settings.ts";

/** One page of ids, in order. */
export interface IdPage {
  readonly ids: readonly string[];
  /** Where the next page begins, or `null` if there is none. */
  readonly next_offset: number | null;
}

/** The ids of a page of devices that a filter holds for, by host name. */
export async function listDeviceIds(
  upstream: Upstream,
  filter: string | null,
  offset: number,
  limit: number,
): Promise<IdPage> {
  const { resources, meta } = await upstream.read(
    {
      operation: "QueryDevicesByFilter",
      method: "GET",
      path: "/devices/queries/devices/v1",
      query: {
        ...(filter === null ? {} : { filter }),
        sort: "hostname.asc",
        offset: String(offset),
        limit: String(limit),
      },
    },
    DeviceIdPage,
  );
  const ids = resources ?? [];
  const end = offset + ids.length;
  return { ids, next_offset: end < meta.pagination.total ? end : null };
}

/** Those of `ids` that exist, as they are now, in the order of `ids`. */
export async function describeDevices(
  upstream: Upstream,
  ids: readonly string[],
  env: Env,
): Promise<Device[]> {
  if (ids.length === 0) return [];
  const operation = "PostDeviceDetailsV2";
  const { resources } = await upstream.read(
    { operation, method: "POST", path: "/devices/entities/devices/v2", json: { ids } },
    DeviceDetails,
  );
  const records = resources ?? [];
  const stranger = records.findIndex((record) => !ids.includes(record.device_id));
  if (stranger >= 0) throw contractChanged(crowdstrike, operation, `resources.${stranger}.device_id`);
  const unassigned = unassignedCriticality(env);
  const byId = new Map(records.map((record) => [record.device_id, deviceOf(record, unassigned)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * What a page lacks, as the failure that makes it incomplete, or `null` if it is whole. Something that was
 * listed and can't be described may be gone, or the vendor may be failing: the answer can't tell, and so
 * doesn't pass for whole.
 * @throws Failure the same, if nothing could be described: nothing must not look like "none found"
 */
export function lacking(ids: readonly string[], described: readonly unknown[]): Failure | null {
  if (described.length === ids.length) return null;
  const failure = incomplete(crowdstrike, ids.length, described.length);
  if (described.length === 0) throw failure;
  return failure;
}
