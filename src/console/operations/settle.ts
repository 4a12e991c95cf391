/** Takes an operator's word on an operation whose outcome reading back couldn't settle. */
import { effectNameOf } from "../../toolkit/operation-id.ts";
import { aboutOperation, MAX_REASON } from "../approvals/decide.ts";
import { type Done, field, type Visit, VisitRefused } from "../visit.ts";
import { requireOperation } from "./access.ts";

/** `POST /console/operations/{id}/settle`: an operator's word on what reading back couldn't settle. */
export async function settleOperation(visit: Visit, form: FormData): Promise<Done> {
  const operation = await requireOperation(visit);
  const outcome = field(form, "outcome");
  const reason = field(form, "reason");
  const about = aboutOperation(operation, { outcome });
  if (outcome !== "happened" && outcome !== "did_not_happen") {
    const advice = "Go back, and say whether it happened or not.";
    throw new VisitRefused(400, "invalid_input", { title: "Nothing was settled", advice }, about);
  }
  if (reason === "" || reason.length > MAX_REASON) {
    const advice = `Go back, and say how you know, in at most ${MAX_REASON} characters: the audit keeps it.`;
    throw new VisitRefused(400, "invalid_input", { title: "Nothing was settled", advice }, about);
  }
  const effect = visit.env.EFFECT.getByName(effectNameOf(operation.id) ?? "");
  const answer = await effect.settle(operation.id, { outcome, by: visit.visitor.subject, reason });
  if (!answer.ok) {
    const advice = `It is ${answer.refusal === "no_such_edge" ? "settled already, or still being read back" : "busy"}. Nothing was changed by your attempt.`;
    throw new VisitRefused(409, "used", { title: "This operation doesn't need an operator", advice }, about);
  }
  return { to: `/console/operations/${operation.id}`, about };
}
