/** The assets that the scanner knows. */
import type { Host, HostKind } from "../estate/hosts.ts";
import { hosts } from "../estate/hosts.ts";
import { draw } from "../estate/random.ts";
import { stableUuid } from "./uuid.ts";
import { withGaps } from "./with-gaps.ts";

/** An asset as a finding has it: `Export_Vulnerabilities_response-vulns-export-chunk-asset`. */
export type Asset = Record<string, unknown> & { uuid: string; ipv4?: string };

const hourMs = 3_600_000;

const systems: Record<HostKind, string> = {
  "windows-laptop": "Microsoft Windows 11 Enterprise",
  mac: "macOS 15.6",
  "windows-server": "Microsoft Windows Server 2022 Standard",
  "linux-server": "Linux Kernel 6.8.0-79-generic on Ubuntu 24.04",
  "domain-controller": "Microsoft Windows Server 2022 Datacenter",
};

/** One laptop has a sensor, and no scan covers it. */
const unscanned = hosts.findLast(({ kind }) => kind === "windows-laptop");

/** Whether the scanner knows a host at all. */
export function isScanned({ id }: Host): boolean {
  return id !== unscanned?.id;
}

/** When a host was last scanned. One that is switched off was when it was last there. Epoch ms. */
export function lastScanned(host: Host, seededAt: number): number {
  return seededAt - (host.online ? 2 * hourMs : host.seenAgoMs + hourMs);
}

/** Names and addresses. Scans find servers by address, and laptops by their agents. */
function namesOf(host: Host) {
  const label = host.hostname.split(".")[0] ?? host.hostname;
  const isWindows = host.kind.startsWith("windows") || host.kind === "domain-controller";
  const [, , third = "0", fourth = "0"] = host.localIp.split(".");
  return {
    label,
    fqdn: `${label.toLowerCase()}.acme.test`,
    mac_address: host.mac.replaceAll("-", ":"),
    netbios_name: isWindows ? label.slice(0, 15).toUpperCase() : null,
    ipv6: draw(`ipv6/${host.id}`, 4) === 0 ? `2001:db8:20::${third}:${fourth}` : null,
  };
}

/** An asset, as a finding on it has it. */
export function assetOf(host: Host): Asset {
  const { label, fqdn, mac_address, netbios_name, ipv6 } = namesOf(host);
  const asset = {
    bios_uuid: stableUuid(`bios/${host.id}`),
    device_type: "general-purpose",
    fqdn,
    // The name that a scan was told; without one, its target's address stands there.
    hostname: host.kind === "mac" ? host.localIp : label,
    uuid: stableUuid(`asset/${host.id}`),
    ipv4: host.localIp,
    mac_address,
    serial_number: host.serial,
    ...(netbios_name !== null && { netbios_name, netbios_workgroup: "ACME" }),
    ...(ipv6 !== null && { ipv6 }),
    operating_system: [systems[host.kind]],
    network_id: "00000000-0000-0000-0000-000000000000",
    tracked: true,
  };
  return withGaps(
    asset,
    host.id,
    ["fqdn", "netbios_name", "bios_uuid", "device_type", "mac_address", "serial_number", "operating_system"],
    12,
  );
}

/** An asset, as the list of assets has it: `assets_Response-List-Assets`. */
export function listedAsset(host: Host, seededAt: number) {
  const { label, fqdn, mac_address, netbios_name, ipv6 } = namesOf(host);
  const last_seen = new Date(lastScanned(host, seededAt)).toISOString();
  const asset = {
    id: stableUuid(`asset/${host.id}`),
    has_agent: host.kind === "mac",
    last_seen,
    sources: [{ name: "NESSUS_SCAN", first_seen: last_seen, last_seen }],
    ipv4: [host.localIp],
    ipv6: ipv6 === null ? [] : [ipv6],
    fqdn: [fqdn],
    netbios_name: netbios_name === null ? [] : [netbios_name],
    operating_system: [systems[host.kind]],
    hostname: host.kind === "mac" ? [] : [label],
    agent_name: host.kind === "mac" ? [label] : [],
    aws_ec2_name: [],
    mac_address: [mac_address],
  };
  return withGaps(asset, host.id, ["hostname", "mac_address", "operating_system"], 12);
}
