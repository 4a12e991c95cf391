/** The scanner's assets: which of them a caller means. */

import { asFailure } from "../../toolkit/failure.ts";
import type { Matched } from "../../toolkit/read.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { matchedBy, type Names, type ScannedDevice } from "./devices.ts";
import { TENABLE_OPERATIONS } from "./errors.ts";
import { Asset, AssetList, type Finding } from "./schemas.ts";

/** How many assets the vendor lists at most. */
const MOST_LISTED = 5_000;

/** What the scanner's list of assets says of a device. */
export interface Resolved {
  /** Which assets it is. */
  readonly matched: readonly Matched[];
  /** Whether no others could be it. */
  readonly whole: boolean;
  /** How many of the listed assets could not be read: each may be the device under a name that no finding has. */
  readonly unreadable: number;
  /** When the scanner last saw it, ISO 8601: of several, the one that was seen longest ago. */
  readonly as_of: string | null;
  /** An IPv4 address of it, by which an export can be narrowed. */
  readonly address: string | null;
}

/** Finds a device among the assets. */
export async function resolved(upstream: Upstream, device: ScannedDevice): Promise<Resolved> {
  const { assets, whole, unreadable } =
    device.kind === "id" ? await oneAsset(upstream, device.value) : await allAssets(upstream);
  const found = assets.flatMap((asset) => {
    const by = matchedBy(device, namesOf(asset));
    return by === null ? [] : [{ asset, matched: { id: asset.id, by } }];
  });
  const seen = found.flatMap(({ asset }) => asset.last_seen ?? []).toSorted();
  const [only] = found.length === 1 ? found : [];
  return {
    matched: found.map(({ matched }) => matched),
    whole,
    unreadable,
    as_of: seen.length < found.length || seen[0] === undefined ? null : new Date(seen[0]).toISOString(),
    address: only?.asset.ipv4?.find((address) => address) ?? null,
  };
}

interface Known {
  readonly assets: readonly Asset[];
  readonly whole: boolean;
  readonly unreadable: number;
}

async function allAssets(upstream: Upstream): Promise<Known> {
  try {
    const { assets, total } = await upstream.read(
      { operation: TENABLE_OPERATIONS.listAssets, method: "GET", path: "/assets" },
      AssetList,
    );
    const { records, unreadable } = assets;
    const all = total ?? (records.length < MOST_LISTED ? records.length : Number.POSITIVE_INFINITY);
    return { assets: records, whole: unreadable === 0 && records.length >= all, unreadable };
  } catch (thrown) {
    // What is on the device can be told by its findings alone, if not whether there is such a device.
    if (asFailure(thrown).code === "too_large") return { assets: [], whole: false, unreadable: 0 };
    throw thrown;
  }
}

async function oneAsset(upstream: Upstream, id: string): Promise<Known> {
  try {
    const path = `/assets/${encodeURIComponent(id)}`;
    const request = {
      operation: TENABLE_OPERATIONS.getAsset,
      method: "GET",
      path,
      about: ["device"],
    } as const;
    return { assets: [await upstream.read(request, Asset)], whole: true, unreadable: 0 };
  } catch (thrown) {
    if (asFailure(thrown).detail.upstream_status === 404) return { assets: [], whole: true, unreadable: 0 };
    throw thrown;
  }
}

function namesOf(asset: Asset): Names {
  const { id, hostname, fqdn, netbios_name, agent_name, ipv4, ipv6, mac_address } = asset;
  return {
    id,
    names: said(hostname, fqdn, netbios_name, agent_name),
    addresses: said(ipv4, ipv6, hostname),
    macs: said(mac_address),
    serials: [],
  };
}

/** By what the asset of a finding is a device, or `null` if it isn't. */
export function foundOn({ asset }: Finding, device: ScannedDevice): Matched | null {
  const { uuid, hostname, fqdn, netbios_name, ipv4, ipv6, mac_address, serial_number } = asset;
  const by = matchedBy(device, {
    id: uuid,
    names: said([hostname, fqdn, netbios_name]),
    addresses: said([ipv4, ipv6, hostname]),
    macs: said([mac_address]),
    serials: said([serial_number]),
  });
  return by === null ? null : { id: uuid, by };
}

type List = readonly (string | null | undefined)[] | null | undefined;

function said(...lists: readonly List[]): string[] {
  return lists.flatMap((list) => list ?? []).filter((text) => typeof text === "string");
}
