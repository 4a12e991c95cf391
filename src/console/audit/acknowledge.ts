/** Records that somebody has looked at a conflict of the audit, with what they found. */
import { MAX_REASON } from "../approvals/decide.ts";
import { type Done, field, type Visit, VisitRefused } from "../visit.ts";

/** `POST /console/audit/conflicts/{id}/acknowledge`: somebody has looked at what the store refused. */
export async function acknowledgeConflict({ env, visitor, param }: Visit, form: FormData): Promise<Done> {
  const id = param("id");
  const reason = field(form, "reason");
  const about = { detail: { conflict: id } };
  if (reason === "" || reason.length > MAX_REASON) {
    const advice = `Go back, and say what you found, in at most ${MAX_REASON} characters: the audit keeps it.`;
    throw new VisitRefused(400, "invalid_input", { title: "Nothing was acknowledged", advice }, about);
  }
  const tenant = env.TENANT_OBJECT.getByName(env.TENANT);
  const answer = await tenant.acknowledgeTrouble({ id, by: visitor.subject, reason });
  if (answer === "unknown") {
    const advice = "The address may be mistyped or cut.";
    throw new VisitRefused(404, "not_found", { title: "There is no such conflict", advice }, about);
  }
  if (answer === "already") {
    const advice = "Nothing was changed by your attempt.";
    throw new VisitRefused(409, "used", { title: "Somebody has acknowledged this already", advice }, about);
  }
  return { to: CONFLICTS, about };
}

export const CONFLICTS = "/console/audit/conflicts";
