/** Writes an audit event as OCSF, with the hashed text, so that an export can be verified by itself. */
import { GENESIS } from "../event/chain-head.ts";
import type { AuditEvent } from "../event/record.ts";
import type { Json, JsonObject } from "../json.ts";

/** What a change does against an attack, by the word of its tool. */
type Countermeasure = "isolate" | "restore" | "evict";

/** The OCSF release that the export is valid against. */
export const OCSF_VERSION = "1.8.0";

/** `fingerprint.algorithm_id` and its caption. */
export const SHA_256 = { algorithm_id: 3, algorithm: "SHA-256" } as const;

/** A countermeasure as an activity. State changes that are none are API activity. */
const REMEDIATIONS: ReadonlyMap<unknown, { readonly id: number; readonly name: string }> = new Map<
  Countermeasure,
  { readonly id: number; readonly name: string }
>([
  ["isolate", { id: 1, name: "Isolate" }],
  ["evict", { id: 2, name: "Evict" }],
  ["restore", { id: 3, name: "Restore" }],
]);

/** From dispatch on there is a remediation to tell of; before, there was only a wish. */
const REMEDIATION_STATUS: Readonly<Record<string, { readonly id: number; readonly name: string }>> = {
  executing: { id: 99, name: "executing" },
  probing: { id: 99, name: "probing" },
  unknown: { id: 0, name: "Unknown" },
  needs_operator: { id: 0, name: "Unknown" },
  succeeded: { id: 1, name: "Success" },
  failed_safe: { id: 2, name: "Failure" },
};

/** Facts that a reader of the export needs and OCSF has no name for. The rest is in `raw_data`. */
const UNMAPPED_FACTS = [
  "type",
  "decision",
  "outcome",
  "error_kind",
  "tool",
  "target",
  "operation_id",
  "finding_id",
  "args_digest",
  "steps",
  "upstream",
  "detail",
] as const;

/** Where the store holds an event, by its own word: an export repeats it, right or wrong, to be verified. */
export interface ExportedPlace {
  readonly chain: string;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
}

/**
 * One event as OCSF: API Activity (6003), or Remediation Activity (7001) for a transition of a remediation
 * that was dispatched. Pure.
 *
 * `raw_data` is the event's text, so that an export can be verified by itself: the hash is of exactly that.
 * What OCSF has no name for is under `unmapped`; so is the attestation, in the words of the `record_integrity`
 * profile, which this release doesn't have yet.
 */
export function toOcsf(place: ExportedPlace, text: string, event: AuditEvent): JsonObject {
  const remediation = remediationOf(event);
  const trace = event.trace_id && remediation === null ? { trace: { uid: event.trace_id } } : {};
  const profiles = [...(remediation === null ? [] : ["host"]), ...Object.keys(trace)];
  return {
    ...(remediation ?? apiActivityOf(event)),
    ...trace,
    actor: actorOf(event),
    severity_id: 1,
    severity: "Informational",
    time: Date.parse(event.at),
    message: messageOf(event),
    metadata: {
      ...metadataOf(place),
      uid: event.event_id,
      tenant_uid: event.tenant,
      event_code: `${event.type}.${event.decision}`,
      ...(event.operation_id ? { correlation_uid: event.operation_id } : {}),
      ...(profiles.length === 0 ? {} : { profiles }),
    },
    ...(event.error_code ? { status_code: event.error_code } : {}),
    ...(typeof event.latency_ms === "number" ? { duration: Math.round(event.latency_ms) } : {}),
    ...rawData(text, place),
    unmapped: {
      attestation_list: [attestationOf(place, event.event_id)],
      ...Object.fromEntries(
        UNMAPPED_FACTS.flatMap((name) => (event[name] == null ? [] : [[name, event[name] as Json]])),
      ),
    },
  };
}

/** A stored text that isn't an event's: exported like any other, so that whoever verifies meets it. */
export function unreadableToOcsf(place: ExportedPlace, text: string): JsonObject {
  return {
    category_uid: 6,
    class_uid: 6003,
    activity_id: 0,
    type_uid: 600_300,
    status_id: 0,
    severity_id: 4,
    severity: "High",
    time: 0,
    message: "What is stored here isn't an audit event.",
    actor: { app_name: "Sallyport" },
    api: { operation: "unknown" },
    src_endpoint: { name: "unknown" },
    metadata: metadataOf(place),
    ...rawData(text, place),
    unmapped: { attestation_list: [attestationOf(place, `${place.chain}#${place.seq}`)] },
  };
}

function metadataOf({ seq }: ExportedPlace): JsonObject {
  return {
    version: OCSF_VERSION,
    product: { name: "Sallyport", vendor_name: "Sallyport" },
    log_name: "audit",
    sequence: seq,
  };
}

function rawData(text: string, { hash }: ExportedPlace): JsonObject {
  return { raw_data: text, raw_data_hash: { ...SHA_256, value: hash } };
}

function attestationOf({ chain, prev, hash }: ExportedPlace, uid: string): JsonObject {
  return {
    uid,
    chain_uid: chain,
    ...(prev === GENESIS.hash ? {} : { prev_event: { fingerprint: { ...SHA_256, value: prev } } }),
    fingerprint: { ...SHA_256, value: hash },
  };
}

function apiActivityOf(event: AuditEvent): JsonObject {
  const activity = activityOf(event);
  const status = apiStatusOf(event.outcome);
  return {
    category_uid: 6,
    category_name: "Application Activity",
    class_uid: 6003,
    class_name: "API Activity",
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: 600_300 + activity.id,
    status_id: status.id,
    status: status.name,
    api: {
      operation: event.tool ?? event.type,
      service: { name: "Sallyport" },
      request: { uid: event.event_id, ...(event.args === undefined ? {} : { data: event.args as Json }) },
      response: { message: event.outcome, ...(event.error_code ? { error: event.error_code } : {}) },
    },
    // Clients call from their vendor's cloud: an address would say nothing of them, the client id does.
    src_endpoint: event.client_id ? { uid: event.client_id } : { name: "unknown" },
    ...(event.target ? { resources: [resourceOf(event.target)] } : {}),
  };
}

/** `null` where the event tells of no remediation. */
function remediationOf(event: AuditEvent): JsonObject | null {
  const activity = event.type === "operation" ? REMEDIATIONS.get(event.countermeasure) : undefined;
  const status = REMEDIATION_STATUS[event.decision];
  if (activity === undefined || status === undefined || !event.operation_id) return null;
  const target = event.target ? resourceOf(event.target) : null;
  return {
    category_uid: 7,
    category_name: "Remediation",
    class_uid: 7001,
    class_name: "Remediation Activity",
    activity_id: activity.id,
    activity_name: activity.name,
    type_uid: 700_100 + activity.id,
    status_id: status.id,
    status: status.name,
    command_uid: event.operation_id,
    ...(target?.type === "device" ? { device: { type_id: 0, type: "Unknown", uid: target.uid } } : {}),
  };
}

/** Tools that only read are named for it; what isn't a tool's call is what its type says. */
function activityOf({ type, tool, target }: AuditEvent): { readonly id: number; readonly name: string } {
  if (!tool) return { id: 99, name: type };
  if (/^(get|search|list|lookup|check)_|^whoami$/.test(tool)) return { id: 2, name: "Read" };
  if (target?.startsWith("creation/")) return { id: 1, name: "Create" };
  return { id: 3, name: "Update" };
}

function apiStatusOf(outcome: string): { readonly id: number; readonly name: string } {
  if (outcome === "ok") return { id: 1, name: "Success" };
  if (outcome === "error") return { id: 2, name: "Failure" };
  return { id: 99, name: outcome };
}

function actorOf({ subject, roles, session_id, client_id }: AuditEvent): JsonObject {
  const groups = Array.isArray(roles) ? roles.map((role) => ({ name: String(role) })) : [];
  const actor = {
    ...(subject ? { user: { uid: subject, ...(groups.length === 0 ? {} : { groups }) } } : {}),
    ...(session_id ? { session: { uid: session_id } } : {}),
    ...(client_id ? { app_uid: client_id } : {}),
  };
  return Object.keys(actor).length === 0 ? { app_name: "Sallyport" } : actor;
}

/** `device/<id>` */
function resourceOf(target: string): { readonly type: string; readonly uid: string } {
  const slash = target.indexOf("/");
  return { type: target.slice(0, Math.max(slash, 0)), uid: target.slice(slash + 1) };
}

function messageOf({ type, subject, tool, target, decision, outcome }: AuditEvent): string {
  const what = [tool ?? type, target].filter(Boolean).join(" on ");
  return `${subject ?? "Sallyport"}: ${what}: ${decision}, ${outcome}`;
}
