/** Compares the audit with the calls that were made under load. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { queryDatabase } from "../../cli/local/database-file.ts";
import { countBy } from "./figures.ts";
import type { Sample } from "./phase.ts";

/** How often the database is looked at, in milliseconds. */
const LOOK_EVERY_MS = 500;
/** How long the audit may need to reach the database once nothing is asked any more, in milliseconds. */
const DRAIN_MS = 60_000;
/** How much longer where calls were refused: they are counted for a minute before they are told of. */
const WINDOW_MS = 75_000;

/** Whether the audit knows of every call. */
export interface Account {
  /** Calls that were answered. */
  readonly calls: number;
  /** Those of them that a limit refused after the first: told of by number, not one by one. */
  readonly counted: number;
  /** Calls whose answer names no event, or one that never reached the database. */
  readonly lost: number;
  /** What `audit -- verify` said, and whether all holds. */
  readonly verified: boolean;
  readonly verification: string;
}

/** Waits until the audit database accounts for every call of `samples`, or the patience for it is over. */
export async function account(stateDir: string, samples: readonly Sample[]): Promise<Account> {
  const calls = samples.flatMap(({ said }) => (said === null ? [] : [said])).filter(isWalked);
  const nameless = calls.filter(({ audit_id }) => audit_id === null).length;
  const named = countBy(
    calls.filter(({ audit_id }) => audit_id !== null),
    ({ audit_id }) => audit_id ?? "",
  );
  const shared = Object.values(named).some((times) => times > 1);
  const until = performance.now() + DRAIN_MS + (shared ? WINDOW_MS : 0);
  let missing = missingOf(stateDir, named);
  while (missing > 0 && performance.now() < until) {
    await sleep(LOOK_EVERY_MS);
    missing = missingOf(stateDir, named);
  }
  const counted = Object.values(named).reduce((sum, times) => sum + times - 1, 0);
  return { calls: calls.length, counted, lost: nameless + missing, ...(await verify(stateDir)) };
}

/** Requests that are no calls may be refused too, and leave no event. */
function isWalked({ code, audit_id }: { code: string | null; audit_id: string | null }): boolean {
  return code !== "rate_limited" || audit_id !== null;
}

/** How many calls neither an event nor a count of refusals accounts for. */
function missingOf(stateDir: string, named: Readonly<Record<string, number>>): number {
  const told = new Map<string, number>();
  for (const { event_id, type, event } of queryDatabase(
    stateDir,
    "SELECT event_id, type, event FROM audit_events WHERE type IN ('call', 'refused_calls')",
  )) {
    if (type === "call") told.set(String(event_id), (told.get(String(event_id)) ?? 0) + 1);
    else {
      const { detail } = JSON.parse(String(event)) as { detail: { first_event: string; more: number } };
      told.set(detail.first_event, (told.get(detail.first_event) ?? 0) + detail.more);
    }
  }
  return Object.entries(named).reduce(
    (sum, [id, times]) => sum + Math.max(0, times - (told.get(id) ?? 0)),
    0,
  );
}

/** The project's own verification, as anybody would run it. */
function verify(stateDir: string): Promise<Pick<Account, "verified" | "verification">> {
  const args = ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, "../../cli/audit.ts")];
  const env = { ...process.env, STATE_DIR: stateDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [...args, "verify", "--wait", "30"], { env }, (error, stdout, stderr) => {
      const arrived = error === null && (JSON.parse(stdout) as { in_flight: number }).in_flight === 0;
      resolve({ verified: arrived, verification: (stdout || stderr).trim() });
    });
  });
}
