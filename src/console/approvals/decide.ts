/** Takes a person's decision on an operation to its effect object, and says who may not decide. */
import type { Env } from "../../bindings.ts";
import type { DecideAnswer, OperationView } from "../../effect/protocol.ts";
import { actOf } from "../../person/confirmation.ts";
import type { Act } from "../../person/standing.ts";
import { targetName } from "../../toolkit/change.ts";
import { effectNameOf } from "../../toolkit/operation-id.ts";
import { may } from "../need.ts";
import { requireOperation } from "../operations/access.ts";
import { readOperation } from "../operations/latest.ts";
import { type Done, field, type Visit, type VisitFacts, type Visitor, VisitRefused } from "../visit.ts";

/** The longest reason, in characters. */
export const MAX_REASON = 1_000;

/** Why somebody can't decide on an operation that waits, or `null` if they can. Pure. */
export function whyNotTheirs(
  operation: OperationView,
  { subject, roles }: Visitor,
): "own_request" | "not_theirs" | "role_forbids" | null {
  const own = operation.requester.subject === subject;
  // A confirmation is asked of whoever wants the change, an approval of anybody else with the role.
  if (operation.state === "awaiting_confirmation") return own ? null : "not_theirs";
  if (own) return "own_request";
  return may(roles, "operations:approve") ? null : "role_forbids";
}

/** A decision matters as much as what is decided on. */
export async function actDecidedOn(visit: Visit): Promise<Act> {
  const { tool } = await requireOperation(visit);
  return actOf(visit.catalogue.tool(tool));
}

/**
 * `POST /console/approvals/{id}`: a person's decision. The effect object tests everything once more in its own
 * transaction; an approval is dispatched by its alarm.
 */
export async function decideApproval(visit: Visit, form: FormData): Promise<Done> {
  const operation = await requireOperation(visit);
  const about = aboutOperation(operation, { decision: field(form, "decision") });
  const { decision, reason } = read(form, about);
  const why = whyNotTheirs(operation, visit.visitor);
  if (why !== null) throw refusedFor(why, about);

  const { env, visitor } = visit;
  const { subject, person, session_id } = visitor;
  const effect = env.EFFECT.getByName(effectNameOf(operation.id) ?? "");
  const answer = await effect.decide(operation.id, { decision, by: { subject, person, session_id }, reason });
  if (!answer.ok) throw refusedFor(await reasonOf(env, operation.id, answer.refusal), about);
  return { to: `/console/approvals/${operation.id}`, about };
}

/** What the audit says an action was about. */
export function aboutOperation(
  { id, target, tool }: OperationView,
  detail: Record<string, string>,
): VisitFacts {
  return { operation_id: id, target: targetName(target), detail: { tool, ...detail } };
}

function read(form: FormData, about: VisitFacts): { decision: "approve" | "deny"; reason: string } {
  const decision = field(form, "decision");
  if (decision !== "approve" && decision !== "deny") {
    throw new VisitRefused(
      400,
      "invalid_input",
      { title: "No decision was made", advice: "Go back, and press Approve or Deny." },
      about,
    );
  }
  const reason = field(form, "reason");
  if (reason.length > MAX_REASON || (decision === "deny" && reason === "")) {
    throw new VisitRefused(
      400,
      "invalid_input",
      {
        title: reason === "" ? "A denial needs a reason" : "This reason is too long",
        advice: `The requester will read it. Go back, and give a reason of at most ${MAX_REASON} characters.`,
      },
      about,
    );
  }
  return { decision, reason };
}

type Why = "own_request" | "not_theirs" | "role_forbids" | "expired" | "used" | "busy" | "not_here";

/** What the machine's word means to a person: an approval that is over was used, or ran out of time. */
async function reasonOf(
  env: Env,
  id: string,
  refusal: Extract<DecideAnswer, { ok: false }>["refusal"],
): Promise<Why> {
  switch (refusal) {
    case "own_request":
    case "busy":
    case "not_here":
      return refusal;
    case "not_own_request":
      return "not_theirs";
    case "too_late":
      return "expired";
    case "no_such_edge":
    case "stale_fence":
      return (await readOperation(env, id))?.state === "expired" ? "expired" : "used";
  }
}

const REFUSALS: { readonly [W in Why]: readonly [VisitRefused["status"], string, string] } = {
  own_request: [
    403,
    "You asked for this yourself",
    "Another person has to decide on it, whichever of your clients or sessions it came from.",
  ],
  not_theirs: [403, "This isn't yours to confirm", "Only the person who asked for it can confirm it."],
  role_forbids: [403, "Your role doesn't allow this", "You need a role with operations:approve."],
  expired: [
    410,
    "This has expired",
    "Nobody decided in time. If it is still wanted, it has to be asked for again.",
  ],
  used: [409, "This was decided already", "A decision counts once. Nothing was changed by your attempt."],
  busy: [409, "Something else is under way on this target", "Try again once that has ended."],
  not_here: [404, "There is no such operation", "The link may be mistyped or cut."],
};

function refusedFor(why: Why, about: VisitFacts): VisitRefused {
  const [status, title, advice] = REFUSALS[why];
  return new VisitRefused(status, why, { title, advice }, about);
}
