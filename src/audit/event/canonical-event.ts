/**
 * Writes an event as its RFC 8785 text, the form that is hashed and stored, and cuts down what is too
 * large.
 */
import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import type { Json, JsonObject } from "../../toolkit/json.ts";
import type { AuditFact } from "./event.ts";

/** What the chain adds to a fact, besides its place in the chain. */
export interface EventStamp {
  readonly chain: string;
  readonly tenant: string;
  /** UUIDv7. */
  readonly event_id: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly at: string;
}

/** A stamp with the event's place in its chain. */
export interface PlacedStamp extends EventStamp {
  readonly seq: number;
  readonly prev: string;
}

/**
 * The most bytes of UTF-8 that one event may have. A queue takes messages of 128 KB, and an event that it
 * refuses would never leave its object; half of that also leaves room for the store and for search results.
 */
export const MAX_EVENT_BYTES = 64_000;

/** Longer strings are cut when an event is over its size. In UTF-16 code units. */
const LONG_STRING = 512;
const KEPT_OF_LONG_STRING = 128;

/** Deeper values are replaced by a marker: whatever reads the event later may recurse. */
const MAX_DEPTH = 24;

/** The fields that search and verification read from columns of their own. They are never replaced. */
const COLUMN_FIELDS: ReadonlySet<string> = new Set([
  "type",
  "subject",
  "session_id",
  "client_id",
  "tool",
  "decision",
  "outcome",
  "error_kind",
  "error_code",
  "target",
  "operation_id",
  "trace_id",
]);

/**
 * The RFC 8785 text of an event: what is hashed, sent and stored.
 *
 * Facts carry what callers sent, so nothing in them may be able to stop an event: what JSON or SQLite can't
 * hold is replaced, and what is too large is cut down to a marker with its size and digest.
 */
export function eventText(fact: AuditFact, stamp: PlacedStamp): string {
  const facts = Object.fromEntries(
    Object.entries(fact).flatMap(([name, value]) =>
      value === undefined || value === null ? [] : [[name, storable(value as Json, 0)]],
    ),
  );
  const whole = canonical({ ...facts, ...stamp });
  if (byteLength(whole) <= MAX_EVENT_BYTES) return whole;

  let smaller = mapValues(facts, cutStrings);
  for (const name of bySizeDescending(smaller)) {
    const text = canonical({ ...smaller, ...stamp });
    if (byteLength(text) <= MAX_EVENT_BYTES) return text;
    smaller = { ...smaller, [name]: marker(canonical(facts[name] ?? null)) };
  }
  return canonical({ ...smaller, ...stamp });
}

function canonical(value: Json): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("not a JSON value");
  return text;
}

/** Replaces what I-JSON can't carry (RFC 8785 refuses it) and the NUL that ends a string for many a reader. */
function storable(value: Json, depth: number): Json {
  if (typeof value === "string") return value.toWellFormed().replaceAll("\u0000", "\ufffd");
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value === null || typeof value !== "object") return value;
  if (depth >= MAX_DEPTH) return "[cut: nested too deeply]";
  if (isArray(value)) return value.map((item) => storable(item ?? null, depth + 1));
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) =>
      item === undefined ? [] : [[storable(name, depth) as string, storable(item, depth + 1)]],
    ),
  );
}

function cutStrings(value: Json): Json {
  if (typeof value === "string") {
    if (value.length <= LONG_STRING) return value;
    const kept = value.slice(0, KEPT_OF_LONG_STRING).toWellFormed();
    return `${kept}… [cut: ${byteLength(value)} bytes, sha256 ${sha256(value)}]`;
  }
  if (value === null || typeof value !== "object") return value;
  return isArray(value) ? value.map(cutStrings) : mapValues(value, cutStrings);
}

function bySizeDescending(facts: JsonObject): string[] {
  return Object.entries(facts)
    .filter(([name]) => !COLUMN_FIELDS.has(name))
    .map(([name, value]) => ({ name, size: canonical(value).length }))
    .sort((a, b) => b.size - a.size)
    .map(({ name }) => name);
}

function marker(text: string): JsonObject {
  return { cut: { bytes: byteLength(text), sha256: sha256(text) } };
}

function mapValues(object: JsonObject, map: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

function sha256(text: string): string {
  return hash("sha256", text, "hex");
}
