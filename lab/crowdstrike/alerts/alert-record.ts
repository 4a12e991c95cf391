/** Writes an alert as the vendor does. */
import { stableId } from "../../estate/random.ts";
import { customerId, type DeviceRecord } from "../hosts/device-record.ts";
import type { AlertChange } from "./alert-changes.ts";
import { processOf } from "./alert-process.ts";
import type { SeededAlert } from "./alert-seed.ts";
import { asWritten } from "./other-alerts.ts";

/** An alert as PostEntitiesAlertsV2 has it: `detects.Alert` in the vendor's document. */
export type AlertRecord = Record<string, unknown> & { composite_id: string; created_timestamp: string };

const time = (epochMs: number) => new Date(epochMs).toISOString();

const severityNames = ["Informational", "Low", "Medium", "High", "Critical"] as const;

/** The console's buckets: 20, 40, 60 and 80 begin the next one. */
const severityName = (severity: number) => severityNames[Math.min(4, Math.floor(severity / 20))];

/** How long after the event its alert is written. */
const writtenAfterMs = 60_000;

/**
 * Turns an alert into the vendor's record of it.
 * @param seededAt when the estate was seeded, epoch ms
 * @param device the vendor's record of the alert's host
 */
export function alertRecord(
  alert: SeededAlert,
  change: AlertChange | undefined,
  seededAt: number,
  device: DeviceRecord | null,
): AlertRecord {
  const { pattern, host, person } = alert;
  const happenedAt = seededAt - alert.ageMs;
  const writtenAt = happenedAt + writtenAfterMs;
  const assignee = change?.assignee === undefined ? (alert.assignee?.name ?? "") : change.assignee;
  const status = change?.status ?? alert.status;
  const attack = {
    tactic: pattern.tactic,
    tactic_id: pattern.tacticId,
    technique: pattern.technique,
    technique_id: pattern.techniqueId,
  };
  const record = {
    agent_id: host?.id ?? "",
    aggregate_id: `agg${alert.id.slice(0, alert.id.lastIndexOf("-"))}`,
    aggregation_rule_id: "",
    aggregation_rule_name: "",
    cid: customerId,
    cms_rule_id: "",
    cms_rule_instance_id: "",
    cms_rule_instance_version: "",
    composite_id: alert.compositeId,
    confidence: 80,
    crawled_timestamp: time(writtenAt),
    created_timestamp: time(writtenAt),
    data_domains: [host ? "Endpoint" : "Identity"],
    description: pattern.description,
    display_name: pattern.name,
    email_sent: false,
    external: false,
    id: alert.id,
    is_aggregated: false,
    is_falcon_platform_ioa: true,
    linked_behavioral_detections: [],
    linked_case_ids: [],
    mitre_attack: [{ pattern_id: pattern.id, ...attack }],
    name: pattern.name,
    objective: "Follow Through",
    origin_cid: customerId,
    pattern_id: pattern.id,
    platform: device === null ? "Windows" : String(device.platform_name),
    product: host ? "epp" : "idp",
    scenario: "suspicious_activity",
    seconds_to_resolved: 0,
    seconds_to_triaged: 0,
    severity: pattern.severity,
    severity_name: severityName(pattern.severity),
    show_in_ui: true,
    source_products: [host ? "Falcon Insight" : "Falcon Identity Protection"],
    source_vendors: ["CrowdStrike"],
    status,
    timestamp: time(happenedAt),
    type: host ? "ldt" : "idp-user-endpoint-app-info",
    updated_timestamp: time(change?.changedAt ?? writtenAt),
    user_name: person.login,
    ...attack,
    ...(host && processOf(host, person)),
    ...(device && { device: deviceOf(device) }),
    // Both are absent until there is something to say.
    ...(status === "closed" && { resolution: "ignored" }),
    ...(change?.tags && { tags: change.tags }),
  };
  const written = asWritten(record, alert);
  const changed = change?.status === undefined ? written : { ...written, status: change.status };
  return assignee ? { ...changed, ...assignmentTo(assignee) } : changed;
}

/** Nothing of it is there until somebody takes the alert. */
function assignmentTo(name: string): Record<string, unknown> {
  return {
    assigned_to_name: name,
    assigned_to_uid: `${name.toLowerCase().replaceAll(" ", ".")}@acme.test`,
    assigned_to_uuid: uuidOf(name),
  };
}

const described = `
  agent_load_flags agent_local_time agent_version bios_manufacturer bios_version cid config_id_base config_id_build
  config_id_platform device_id external_ip first_seen groups hostname last_seen local_ip mac_address machine_domain
  major_version minor_version modified_timestamp os_version ou platform_id platform_name product_type
  product_type_desc site_name status system_manufacturer system_product_name tags`
  .trim()
  .split(/\s+/);

/** The part of a device's record that its alerts repeat. */
function deviceOf(device: DeviceRecord): Record<string, unknown> {
  return Object.fromEntries(described.flatMap((name) => (name in device ? [[name, device[name]]] : [])));
}

function uuidOf(name: string): string {
  const [a, b, c, d, e] = [0, 8, 12, 16, 20].map((from, at, all) =>
    stableId(`user/${name}`).slice(from, all[at + 1] ?? 32),
  );
  return `${a}-${b}-${c}-${d}-${e}`;
}
