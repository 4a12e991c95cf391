/**
 * Works out which claim a call of a state-changing tool makes, and turns its operation's state into the
 * call's answer.
 */
import type { EffectObject } from "../effect/effect-object.ts";
import { folded } from "../effect/machine/creation.ts";
import { operationKey } from "../effect/machine/operation.ts";
import type { Claim, OperationView, StillInEffect } from "../effect/protocol.ts";
import { type AnyChangePort, type ChangeTool, portOf, type Target, targetName } from "../toolkit/change.ts";
import { digest } from "../toolkit/digest.ts";
import type { JsonObject } from "../toolkit/json.ts";
import { effectName, newOperationId } from "../toolkit/operation-id.ts";
import type { Principal } from "../toolkit/principal.ts";
import type { Answer } from "./answer.ts";
import type { CallRecord } from "./call-record.ts";
import { takeApart } from "./input.ts";
import { operationAnswer } from "./operation-answer.ts";
import type { Call, PathSession } from "./ports.ts";

/** One call of one state-changing tool, once its input is known to be valid. */
export interface ChangeCall {
  readonly tool: ChangeTool;
  /** How the source makes the change that has the target. */
  readonly port: AnyChangePort;
  readonly principal: Principal;
  readonly session: PathSession;
  readonly record: CallRecord;
  /** The object that owns the target. */
  readonly effect: DurableObjectStub<EffectObject>;
  readonly idempotency_key: string | null;
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
  const target = targetOf(tool, own);
  const title = tool.creates === undefined ? null : folded(tool.creates.title(own));
  const sets = tool.sets(own);
  // Of a creation: what is compared with others is far more, but this is what a caller's key may not change.
  const identity = title === null ? { sets, says: tool.says?.(own) ?? {} } : { finding_id, title };
  const { subject, display, session_id, client_id, roles } = principal;
  record.note({ target: targetName(target), finding_id });
  return {
    tool,
    port: portOf(tool, target),
    principal,
    session,
    record,
    effect: env.EFFECT.getByName(effectName(env.TENANT, target)),
    idempotency_key,
    claim: {
      operation_id: newOperationId(env.TENANT, target),
      tool: tool.name,
      target,
      key: operationKey(env.TENANT, tool.name, target, identity),
      sets,
      title,
      caller_key: idempotency_key === null ? null : digest({ session_id, idempotency_key }),
      input: own,
      reason,
      finding_id,
      supersedes,
      trace_id: call.trace_id,
      requester: { subject, display, person, session_id, client_id, roles },
    },
  };
}

/** All that a tool creates at one source is one target: what is alike is found there. */
function targetOf({ name, target, ports }: ChangeTool, own: JsonObject): Target {
  if (target !== null) return target(own);
  // Where several could, the tool's input has it.
  const source = own.source ?? [...ports.keys()][0];
  return { kind: "creation", id: `${name}/${source}` };
}

/** The answer that an operation's state gives to this call. */
export function tell(
  change: ChangeCall,
  operation: OperationView,
  replayed: boolean,
  still_in_effect: StillInEffect | null = null,
): Answer {
  const { pending } = change.tool;
  change.record.note({ operation_id: operation.id });
  return operationAnswer(operation, {
    replayed,
    pending_read: operation.data !== null && pending?.is(JSON.parse(operation.data)) ? pending.read : null,
    public_url: change.session.env.PUBLIC_URL,
    ...(still_in_effect === null ? {} : { still_in_effect }),
  });
}
