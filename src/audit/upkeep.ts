import { alert, reasonOf } from "../observe/log.ts";
import { reportGaps } from "./gaps.ts";
import { integrityProblems } from "./integrity-settings.ts";

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
  await reportGaps(env, now);
}
