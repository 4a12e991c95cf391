import type { EffectObject } from "../effect/effect-object.ts";
import { effectName, fingerprint, newOperationId, operationKey } from "../effect/operation.ts";
import type { Claim, OperationView, StillInEffect } from "../effect/protocol.ts";
import type { Answer } from "./answer.ts";
import type { CallRecord } from "./call-record.ts";
import { createdBy } from "./creation.ts";
import { takeApart } from "./input.ts";
import { operationAnswer } from "./operation-answer.ts";
import type { Call, PathSession } from "./ports.ts";
import type { Principal } from "./principal.ts";
import { type ChangeTool, type JsonObject, targetName } from "./tool.ts";

/** One call of one state-changing tool, once its input is known to be valid. */
export interface ChangeCall {
  readonly tool: ChangeTool;
  readonly principal: Principal;
  readonly session: PathSession;
  readonly record: CallRecord;
  /** The object that owns the target. */
  readonly effect: DurableObjectStub<EffectObject>;
  readonly idempotency_key: string | null;
  /** What the caller's key is bound to. */
  readonly fingerprint: string;
  /** What is asked for, under a fresh operation id. */
  readonly claim: Claim;
}

/** Works out what a call asks for. Pure but for the fresh operation id. */
export function changeCall(
  tool: ChangeTool,
  input: JsonObject,
  principal: Principal,
  session: PathSession,
  call: Call,
  record: CallRecord,
): ChangeCall {
  const { env, person } = session;
  const { own, reason, finding_id, idempotency_key, supersedes } = takeApart(input);
  const title = tool.creates?.(own);
  const creation = title === undefined ? null : { finding_id, idempotency_key, person, title };
  const target = tool.target(own, creation === null ? "" : createdBy(creation));
  // The key itself says nothing about what it was used for.
  const about = creation === null ? targetName(target) : createdBy({ ...creation, idempotency_key: null });
  const identity = tool.identity(own);
  const { subject, display, session_id, client_id, roles } = principal;
  record.note({ target: targetName(target), finding_id });
  return {
    tool,
    principal,
    session,
    record,
    effect: env.EFFECT.getByName(effectName(env.TENANT, target)),
    idempotency_key,
    fingerprint: fingerprint(tool.name, { ...identity, about }),
    claim: {
      operation_id: newOperationId(env.TENANT, target),
      tool: tool.name,
      target,
      key: operationKey(env.TENANT, tool.name, target, identity),
      input: own,
      reason,
      finding_id,
      supersedes,
      trace_id: call.trace_id,
      requester: { subject, display, person, session_id, client_id, roles },
    },
  };
}

/** The answer that an operation's state gives to this call. */
export function tell(
  change: ChangeCall,
  operation: OperationView,
  replayed: boolean,
  still_in_effect: StillInEffect | null = null,
): Answer {
  change.record.note({ operation_id: operation.id });
  return operationAnswer(operation, {
    replayed,
    public_url: change.session.env.PUBLIC_URL,
    ...(still_in_effect === null ? {} : { still_in_effect }),
  });
}
