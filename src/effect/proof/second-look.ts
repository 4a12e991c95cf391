/**
 * Reads the target again before an approved change is sent, because the approval was for the target as it
 * was.
 */
import type { Env } from "../../bindings.ts";
import { inspected } from "../../capabilities/ports.ts";
import { upstreamFor } from "../../downstream/client.ts";
import { newlyHeld } from "../../policy/policy.ts";
import { policyOf } from "../../policy/policy-document.ts";
import { type ChangeTool, portOf, targetName } from "../../toolkit/change.ts";
import { Failure } from "../../toolkit/failure.ts";
import { typed } from "../../toolkit/typed.ts";
import type { Operation } from "../machine/operation.ts";
import { NeedsMore } from "../machine/refusals.ts";

/**
 * The gate's look, taken again before what a person decided is sent: they decided on the target as it was.
 * @throws NeedsMore if another rule of the policy holds it now; Failure if it can't be read, or is gone
 */
export async function lookAgain(env: Env, tool: ChangeTool, operation: Operation): Promise<void> {
  const { id, input, target, trace_id, requester, approver } = operation;
  const port = portOf(tool, target);
  const upstream = upstreamFor(env, port.read_credential, { purpose: "change", trace_id });
  const seen = await inspected(port, input, { env, upstream, operation_id: id });
  if (!seen.exists) {
    throw new Failure("upstream_rejected", `There is no ${targetName(target)} any more. Nothing was sent.`, {
      next_step: "Look the target up, and ask anew for what is there.",
    });
  }
  const { attributes, data } = seen;
  // How many changes a person made was counted when it was asked for, and this one with them.
  const { name, countermeasure } = tool;
  const facts = { tool: name, countermeasure, roles: requester.roles, attributes, count: 0 };
  const given = approver?.subject === requester.subject ? "confirmation" : "approval";
  const because = newlyHeld(policyOf(env), facts, operation.attributes ?? {}, given);
  if (because === null) return;
  throw new NeedsMore(because, JSON.stringify(data === null ? null : typed(tool, data)), attributes);
}
