/** Declares the tool that says how a state change stands, to the person who asked for it and to auditors. */
import * as z from "zod";
import { authorize } from "../../auth/scope-check.ts";
import { EDGES, type State } from "../../effect/machine/machine.ts";
import type { OperationView, StillInEffect } from "../../effect/protocol.ts";
import { operationAnswer } from "../../path/operation-answer.ts";
import { targetName } from "../../toolkit/change.ts";
import { Failure, type PublicError } from "../../toolkit/failure.ts";
import { effectNameOf } from "../../toolkit/operation-id.ts";
import { defineRead } from "../../toolkit/read.ts";
import { opaqueId, reportedObject, reportedText } from "../../toolkit/text/reported-text.ts";
import { OWN_READ, ownSource } from "./source.ts";

const output = z.strictObject({
  operation_id: opaqueId,
  state: z.enum(Object.keys(EDGES) as State[]),
  tool: opaqueId,
  target: reportedText(),
  requested_by: reportedText(),
  approved_by: reportedText().nullable(),
  /** The approver's own words. */
  decision_reason: reportedText(1000).nullable(),
  evidence: z.enum(["answered", "read_back", "already_so", "operator"]).nullable(),
  executed_at: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable(),
  still_in_effect: z.union([z.boolean(), z.literal("unknown")]).nullable(),
  result: reportedObject.nullable(),
  /** `past_retention`: it ended over 90 days ago, and its arguments and result were given up. */
  arguments_and_data: z.enum(["kept", "past_retention"]),
  error: z
    .strictObject({
      kind: opaqueId,
      code: opaqueId,
      message: reportedText(1000),
      retryable: z.boolean(),
      next_step: reportedText(1000),
    })
    .nullable(),
});

export const getOperation = defineRead({
  name: "get_operation",
  title: "Get operation",
  description:
    "How a state change stands: its state, result and evidence. Use it after pending_approval, operation_in_progress or outcome_unknown.",
  annotations: { ...OWN_READ, openWorldHint: true },
  scope: "any",
  credentials: [],
  input: z.strictObject({
    operation_id: z.string().max(80).describe("op_…, as a state change returned it."),
  }),
  output,
  run: async ({ operation_id }, { env, principal, now }) => {
    const name = effectNameOf(operation_id);
    const effect = name === null ? null : env.EFFECT.getByName(name);
    const operation = await effect?.read(operation_id);
    if (effect === null || operation === null || operation === undefined) {
      return {
        outcome: "not_found",
        resource: { kind: "operation", id: operation_id },
        sources: ownSource(0, now),
      };
    }
    const own = operation.requester.subject === principal.subject;
    if (!own && !authorize(principal, "audit:read").ok) throw notYours(operation_id);
    const still = operation.state === "succeeded" ? await effect.stillInEffect(operation_id) : null;
    return {
      outcome: "found",
      data: described(operation, still, env.PUBLIC_URL),
      sources: ownSource(1, now),
    };
  },
});

function described(
  operation: OperationView,
  still_in_effect: StillInEffect | null,
  public_url: string,
): z.input<typeof output> {
  const { data } = operation;
  // The same words that a repeat of the call would get.
  const answer = operationAnswer(operation, { replayed: true, public_url });
  const error = answer.status === "error" ? answer.error : null;
  return {
    operation_id: operation.id,
    state: operation.state,
    tool: operation.tool,
    target: targetName(operation.target),
    requested_by: operation.requester.subject,
    approved_by: operation.approved_by,
    decision_reason: operation.decision_reason,
    evidence: operation.evidence,
    executed_at: operation.executed_at,
    expires_at: operation.expires_at,
    still_in_effect,
    result: data === null ? null : JSON.parse(data),
    arguments_and_data: operation.given_up ? "past_retention" : "kept",
    error: error === null ? null : pick(error),
  };
}

function pick({ kind, code, message, retryable, next_step }: PublicError) {
  return { kind, code, message, retryable, next_step };
}

function notYours(operation_id: string): Failure {
  return new Failure("role_forbids", `Operation ${operation_id} was asked for by somebody else.`, {
    next_step:
      "To see the result of the same change, repeat the call that led here; or ask someone with audit:read.",
  });
}
