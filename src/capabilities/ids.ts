/**
 * Ids of things at vendors, as everybody outside of a connector sees them: with their source before them,
 * `crowdstrike:61cf…`. Connectors know only their own ids, bare. Ids carry the name of the argument that takes them,
 * in arguments as in answers, so that name says whose ids they are. Pure.
 */
import type { Json, JsonObject } from "../toolkit/json.ts";

/** A kind of things, and what is done with them. */
export type Capability =
  | "alerts"
  | "detections"
  | "devices"
  | "identities"
  | "pages"
  | "tickets"
  | "vulnerabilities";

/** Which capability's ids a name has. */
const IDS: Readonly<Record<string, Capability>> = {
  alert_id: "alerts",
  alert_ids: "alerts",
  case_id: "alerts",
  detection_id: "detections",
  device_id: "devices",
  incident_id: "pages",
  scan_id: "vulnerabilities",
  ticket_id: "tickets",
  user_id: "identities",
  vulnerability_id: "vulnerabilities",
};

/** The capability whose ids an argument of that name takes, if it takes any. */
export function capabilityOfIds(name: string): Capability | undefined {
  return Object.hasOwn(IDS, name) ? IDS[name] : undefined;
}

/** An id with its source before it. */
export function canonicalId(source: string, id: string): string {
  return `${source}:${id}`;
}

/** An id without what looks like a source before it. */
export function bareId(id: string): string {
  return id.replace(/^[a-z][a-z0-9-]*:/, "");
}

/** The source that an id names, if it is one of `sources`: ids of some vendors have colons of their own. */
export function sourceOf(id: string, sources: readonly string[]): string | undefined {
  const [prefix = "", ...rest] = id.split(":");
  return rest.length > 0 && rest.join(":") !== "" && sources.includes(prefix) ? prefix : undefined;
}

/** What a source found, with its name before each of its ids. */
export function withSource<Data>(source: string, data: Data): Data {
  return mapped(data as Json, (id) => canonicalId(source, id)) as Data;
}

/** Arguments as a source knows them: its own ids bare. Those of another source stay. */
export function withoutSource(source: string, input: JsonObject): JsonObject {
  const prefix = `${source}:`;
  return mapped(input, (id) => (id.startsWith(prefix) ? id.slice(prefix.length) : id)) as JsonObject;
}

/** The arguments with ids, each with what it holds. */
export function idsIn(input: JsonObject): (readonly [name: string, ids: readonly string[]])[] {
  return Object.entries(input).flatMap(([name, value]) => {
    const ids = [value].flat().filter((id) => typeof id === "string");
    return capabilityOfIds(name) !== undefined && ids.length > 0 ? [[name, ids] as const] : [];
  });
}

function mapped(value: Json, change: (id: string) => string): Json {
  if (Array.isArray(value)) return value.map((item: Json) => mapped(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([name, inner]) => [
      name,
      capabilityOfIds(name) === undefined ? mapped(inner, change) : changed(inner, change),
    ]),
  );
}

function changed(value: Json, change: (id: string) => string): Json {
  if (typeof value === "string") return change(value);
  return Array.isArray(value) ? value.map((item: Json) => changed(item, change)) : value;
}
