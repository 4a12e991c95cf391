import type { Estate } from "../estate/estate.ts";
import type { Host, HostKind } from "../estate/hosts.ts";
import { draw } from "../estate/random.ts";
import { type Weakness, weaknessesOf } from "../estate/weaknesses.ts";
import { scanOf } from "./scans.ts";
import { stableUuid } from "./uuid.ts";

/** A finding as export chunks have it: `Export_Vulnerabilities_response-vulns-chunk` in the vendor's document. */
export type Finding = Record<string, unknown> & {
  asset: { uuid: string; ipv4: string };
  plugin: { id: number; cve?: readonly string[] };
  severity: (typeof severities)[number];
  state: State;
  last_found: string;
  last_fixed?: string;
};

export type State = "OPEN" | "REOPENED" | "FIXED";

/** The vendor's words for severity; their places are its numbers. */
export const severities = ["info", "low", "medium", "high", "critical"] as const;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const systems: Record<HostKind, string> = {
  "windows-laptop": "Microsoft Windows 11 Enterprise",
  mac: "macOS 15.6",
  "windows-server": "Microsoft Windows Server 2022 Standard",
  "linux-server": "Linux Kernel 6.8.0-79-generic on Ubuntu 24.04",
  "domain-controller": "Microsoft Windows Server 2022 Datacenter",
};

/** Everything that the scans have found, asset by asset. */
export function findings(estate: Estate): Finding[] {
  return estate.hosts.flatMap((host) =>
    weaknessesOf(host).map((weakness) => finding(host, weakness, estate.seededAt())),
  );
}

function finding(host: Host, weakness: Weakness, seededAt: number): Finding {
  const name = `${host.id}/${weakness.check}`;
  const scan = scanOf(host);
  // A host that is switched off was last scanned when it was last there.
  const lastFound = seededAt - (host.online ? 2 * hourMs : host.seenAgoMs + hourMs);
  const firstFound = lastFound - (1 + draw(`first/${name}`, 210)) * dayMs - draw(`hour/${name}`, 24) * hourMs;
  const state = stateOf(name);
  return {
    asset: assetOf(host),
    ...(weakness.score > 0 && { output: `The scan of ${host.localIp} showed: ${weakness.title}.` }),
    plugin: pluginOf(weakness),
    port: weakness.port,
    scan: {
      schedule_uuid: scan.schedule_uuid,
      uuid: stableUuid(`scan-run/${scan.id}`),
      started_at: time(lastFound - 20 * 60_000),
      last_scan_target: host.localIp,
    },
    ...severityOf(weakness, name),
    first_found: time(firstFound),
    last_found: time(lastFound),
    ...(state === "FIXED" && {
      last_fixed: time(lastFound + hourMs),
      time_taken_to_fix: Math.round((lastFound + hourMs - firstFound) / 1000),
    }),
    ...(state === "REOPENED" && { resurfaced_date: time(lastFound - 3 * dayMs) }),
    state,
    indexed: lastFound + 10 * 60_000,
    source: "NESSUS",
    finding_id: stableUuid(`finding/${name}`),
  };
}

function stateOf(name: string): State {
  const place = draw(`state/${name}`, 20);
  if (place === 0) return "FIXED";
  return place === 1 ? "REOPENED" : "OPEN";
}

/** As calculated from CVSS, unless somebody has recast the risk or accepted it. */
function severityOf({ score }: Weakness, name: string) {
  const severity_default_id = score === 0 ? 0 : score < 4 ? 1 : score < 7 ? 2 : score < 9 ? 3 : 4;
  const place = score === 0 ? 0 : draw(`recast/${name}`, 25);
  const recast = place === 1 && severity_default_id > 1;
  const severity_id = recast ? severity_default_id - 1 : severity_default_id;
  return {
    severity: severities[severity_id] ?? "info",
    severity_id,
    severity_default_id,
    severity_modification_type: recast ? "RECASTED" : place === 2 ? "ACCEPTED" : "NONE",
    ...(recast && { recast_reason: "Behind two firewalls.", recast_rule_uuid: stableUuid("recast-rule") }),
  };
}

function assetOf(host: Host) {
  const isWindows = host.kind.startsWith("windows") || host.kind === "domain-controller";
  const label = host.hostname.split(".")[0] ?? host.hostname;
  return {
    bios_uuid: stableUuid(`bios/${host.id}`),
    device_type: "general-purpose",
    fqdn: `${label.toLowerCase()}.acme.test`,
    hostname: host.hostname,
    uuid: stableUuid(`asset/${host.id}`),
    ipv4: host.localIp,
    mac_address: host.mac.replaceAll("-", ":"),
    // Attributes that are empty are left out.
    ...(isWindows && { netbios_name: label.slice(0, 15).toUpperCase(), netbios_workgroup: "ACME" }),
    operating_system: [systems[host.kind]],
    network_id: "00000000-0000-0000-0000-000000000000",
    tracked: true,
  };
}

function pluginOf({ check, title, cves, score, vector, family, remedy, published }: Weakness) {
  return {
    id: check,
    name: title,
    family,
    synopsis: `The remote host is affected: ${title}.`,
    description: `According to what it reports of itself, the remote host is affected by: ${title}.`,
    ...(remedy && { solution: remedy }),
    ...(cves.length > 0 && { cve: cves, vuln_publication_date: `${published}T00:00:00Z` }),
    ...(vector && { cvss3_base_score: score, cvss3_vector: { raw: vector } }),
    risk_factor:
      score === 0 ? "info" : score < 4 ? "low" : score < 7 ? "medium" : score < 9 ? "high" : "critical",
    publication_date: `${published}T00:00:00Z`,
    has_patch: remedy !== undefined && cves.length > 0,
    type: "remote",
    version: "1.6",
  };
}

const time = (epochMs: number) => new Date(epochMs).toISOString();
