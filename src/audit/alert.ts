import type { JsonObject } from "../path/tool.ts";

/** What can be wrong with the audit itself. Whoever runs the instance watches the log for these names. */
export type AlertName =
  | "alarm_failed"
  | "task_failed"
  | "audit_conflict"
  | "audit_diverged"
  | "audit_kept"
  | "audit_dead_letter"
  | "audit_gap"
  | "audit_store_failed"
  | "audit_unattested"
  | "audit_undelivered";

/** One JSON line in the error log: the channel for what a person has to look at. */
export function alert(name: AlertName, detail: JsonObject): void {
  console.error(JSON.stringify({ level: "error", alert: name, at: new Date().toISOString(), ...detail }));
}

/** What was thrown, in words for the log. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
