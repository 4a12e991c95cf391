/** Writes findings as the vendor does. */
import type { Estate } from "../estate/estate.ts";
import type { Host } from "../estate/hosts.ts";
import { draw } from "../estate/random.ts";
import { type Weakness, weaknessesOf } from "../estate/weaknesses.ts";
import { type Asset, assetOf, isScanned, lastScanned } from "./assets.ts";
import { scanOf } from "./scans.ts";
import { stableUuid } from "./uuid.ts";
import { withGaps } from "./with-gaps.ts";

/** A finding as export chunks have it: `Export_Vulnerabilities_response-vulns-chunk` in the vendor's document. */
export type Finding = Record<string, unknown> & {
  asset: Asset;
  plugin: { id: number; cve?: readonly string[] };
  severity: (typeof severities)[number];
  state: State;
  last_found?: string;
  last_fixed?: string;
};

/** `RESURFACED` is in no document: the vendor's own console says so, and an export for `REOPENED` has it. */
export type State = "OPEN" | "REOPENED" | "RESURFACED" | "FIXED";

/** The vendor's words for severity; their places are its numbers. */
export const severities = ["info", "low", "medium", "high", "critical"] as const;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Everything that the scans have found, asset by asset. */
export function findings(estate: Estate): Finding[] {
  return estate.hosts
    .filter(isScanned)
    .flatMap((host) => weaknessesOf(host).map((weakness) => finding(host, weakness, estate.seededAt())));
}

function finding(host: Host, weakness: Weakness, seededAt: number): Finding {
  const name = `${host.id}/${weakness.check}`;
  const scan = scanOf(host);
  const lastFound = lastScanned(host, seededAt);
  const firstFound = lastFound - (1 + draw(`first/${name}`, 210)) * dayMs - draw(`hour/${name}`, 24) * hourMs;
  const state = stateOf(name);
  const record: Finding = {
    asset: assetOf(host),
    ...(weakness.score > 0 && { output: `The scan of ${host.localIp} showed: ${weakness.title}.` }),
    plugin: pluginOf(weakness),
    port: weakness.port,
    scan: withGaps(
      {
        schedule_uuid: scan.schedule_uuid,
        uuid: stableUuid(`scan-run/${scan.id}`),
        started_at: time(lastFound - 20 * 60_000),
        last_scan_target: host.localIp,
      },
      name,
      ["last_scan_target"],
    ),
    ...severityOf(weakness, name),
    first_found: time(firstFound),
    last_found: time(lastFound),
    ...(state === "FIXED" && {
      last_fixed: time(lastFound + hourMs),
      time_taken_to_fix: Math.round((lastFound + hourMs - firstFound) / 1000),
    }),
    ...(state === "REOPENED" && { resurfaced_date: time(lastFound - 3 * dayMs) }),
    state,
    source: "NESSUS",
    finding_id: stableUuid(`finding/${name}`),
  };
  // Findings of network monitors have no id; of the rest, what is empty is left out.
  return withGaps(record, name, [
    "finding_id",
    "output",
    "port",
    "scan",
    "severity_default_id",
    "severity_modification_type",
    // What is critical is counted by its age, and the estate's answer to that is to be a plain one.
    ...(record.severity === "critical" ? [] : ["first_found"]),
    "last_found",
    "source",
  ]);
}

function stateOf(name: string): State {
  const place = draw(`state/${name}`, 20);
  if (place === 0) return "FIXED";
  return place === 1 ? "REOPENED" : place === 2 && draw(`word/${name}`, 6) === 0 ? "RESURFACED" : "OPEN";
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
    severity_modification_type: recast
      ? "RECASTED"
      : place === 2
        ? "ACCEPTED"
        : place === 3
          ? "DEFERRED"
          : "NONE",
    ...(recast && { recast_reason: "Behind two firewalls.", recast_rule_uuid: stableUuid("recast-rule") }),
  };
}

function pluginOf({ check, title, cves, score, vector, family, remedy, published }: Weakness) {
  const plugin = {
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
  };
  return withGaps(
    plugin,
    `plugin/${check}`,
    ["synopsis", "description", "has_patch", "solution", "publication_date", "type"],
    8,
  );
}

const time = (epochMs: number) => new Date(epochMs).toISOString();
