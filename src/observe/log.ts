/**
 * The log: one JSON object a line, for whoever is on call. It says what went wrong, and where to look: the audit has
 * what happened. No argument of a call and no secret ever stands in it; ids tie it to traces, sessions and operations.
 */
import type { JsonObject } from "../toolkit/json.ts";

/** What a person has to look at. Whoever runs the instance watches the log for these names; each has a runbook. */
export type AlertName =
  | "alarm_failed"
  | "task_failed"
  | "audit_chain_missing"
  | "audit_conflict"
  | "audit_diverged"
  | "audit_kept"
  | "audit_dead_letter"
  | "audit_gap"
  | "audit_planted"
  | "audit_store_failed"
  | "audit_unattested"
  | "audit_undelivered"
  | "call_not_audited"
  | "dispatched_unconfirmed"
  | "effect_object_lost"
  | "notice_failed"
  | "notice_undelivered"
  | "operation_end_not_recorded";

type Level = "error" | "warn";

/** One line under the name of an alert. */
export function alert(name: AlertName, detail: JsonObject, level: Level = "error"): void {
  write(level, { alert: name }, detail);
}

/** One line on something that went wrong and needs nobody by itself; many of them may. */
export function log(level: Level, event: string, detail: JsonObject): void {
  write(level, { event }, detail);
}

/** Longer reasons quote something, and what they quote isn't ours to write down. */
const LONGEST_REASON = 300;

/** What was thrown, in words for the log. */
export function reasonOf(thrown: unknown): string {
  const words = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return words.slice(0, LONGEST_REASON);
}

function write(level: Level, named: JsonObject, detail: JsonObject): void {
  const line = JSON.stringify({ level, ...named, at: new Date().toISOString(), ...detail });
  if (level === "error") console.error(line);
  else console.warn(line);
}
