/** Runs what the audit needs each minute: a checkpoint, retention and a look for gaps. */
import type { Env } from "../../bindings.ts";
import { alert, reasonOf } from "../../observe/log.ts";
import { integrityProblems } from "../sign/integrity-settings.ts";
import { reportGaps } from "./gaps.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the audit needs each minute: a checkpoint, retention, and a look for what is missing. */
export async function keepAudit(env: Env, now: number): Promise<void> {
  try {
    const [problem] = integrityProblems(env);
    if (problem !== undefined) throw new Error(problem);
    await env.TENANT_OBJECT.getByName(env.TENANT).attest(now);
  } catch (thrown) {
    // The report below comes all the same: it says how old the last checkpoint is.
    alert("audit_unattested", { reason: reasonOf(thrown) });
  }
  await reportGaps(env, now, lookBackAt(now));
}

/**
 * How far to look back for gaps, in milliseconds: the last hour each minute, the last day once an hour. A whole day
 * each minute would read every event 1,440 times. Pure; `now` is milliseconds since the epoch.
 */
export function lookBackAt(now: number): number {
  return new Date(now).getUTCMinutes() === 0 ? DAY_MS : HOUR_MS;
}
