/** Step 5: may this happen now, on this target, for this person? */

import { inspected } from "../capabilities/ports.ts";
import { HOLD_LIFE_MS } from "../effect/machine/expiry.ts";
import type { Go, Hold, OperationView } from "../effect/protocol.ts";
import { COUNT_WINDOW_MS, type Decision, decide } from "../policy/policy.ts";
import { policyOf } from "../policy/policy-document.ts";
import type { AnyChangePort, Inspection } from "../toolkit/change.ts";
import { asFailure, publicError } from "../toolkit/failure.ts";
import { typed } from "../toolkit/typed.ts";
import type { Answer } from "./answer.ts";
import { type ChangeCall, tell } from "./change-call.ts";
import { claimInstead, type GoingOn } from "./claim.ts";
import { coverageOf } from "./coverage.ts";
import { tooManyWait } from "./refusals.ts";

/** Either the call is answered, or it goes on with what the gate saw. */
export type Gated = { readonly answer: Answer } | { readonly operation: OperationView; readonly go: Go };

/** A creation is looked up by a name that only this operation gave it: what is there, it made. */
function hasLanded(port: AnyChangePort, seen: Seen): boolean {
  return seen.landed === true || (seen.in_effect && port.class === "deterministic-create");
}

type Seen = Extract<Inspection<unknown>, { exists: true }>;

/** Looks at the target and lets policy decide. If it can't look, the answer is that failure, never "go". */
export async function gate(change: ChangeCall, { operation, as_of }: GoingOn): Promise<Gated> {
  const { tool, record, effect, claim } = change;
  const looked = await look(change, operation);
  if (!looked.exists) {
    await effect.abandon(operation.id, null);
    record.ended("not_found");
    const { source, queried_at } = looked;
    const sources = [{ source, status: "ok" as const, count: 0, queried_at }];
    return { answer: { status: "not_found", resource: claim.target, coverage: coverageOf(sources, null) } };
  }
  const { seen, decision } = looked;
  const before = JSON.stringify(seen.data === null ? null : typed(tool, seen.data));
  record.ended(decision.decision);
  const { version: policy_version } = policyOf(change.session.env);
  if (decision.decision === "go") {
    return {
      operation,
      go: {
        requester: claim.requester,
        input: claim.input,
        reason: claim.reason,
        policy_version,
        before,
        as_of,
        in_effect: seen.in_effect,
        ...(hasLanded(change.port, seen) ? { landed: true as const } : {}),
      },
    };
  }
  return {
    answer: await hold(change, operation, {
      for: decision.for,
      because: decision.because,
      policy_version,
      before,
      attributes: seen.attributes,
    }),
  };
}

async function look(change: ChangeCall, operation: OperationView): Promise<Looked> {
  const { tool, port, claim, session, record, effect, principal } = change;
  const { env } = session;
  try {
    const upstreams = record.upstreams(env, [port.read_credential], new Map(), "change");
    const upstream = upstreams(port.read_credential);
    const queried_at = new Date().toISOString();
    const seen = await inspected(port, claim.input, { env, upstream, operation_id: operation.id });
    if (!seen.exists) return { exists: false, source: upstream.source, queried_at };
    const count = await env.PERSON.getByName(session.person).countChange(operation.id, COUNT_WINDOW_MS);
    const { attributes } = seen;
    const { name, countermeasure } = tool;
    const facts = { tool: name, countermeasure, roles: principal.roles, attributes, count };
    const decision = decide(policyOf(env), facts);
    return { exists: true, seen, decision };
  } catch (thrown) {
    const failure = asFailure(thrown);
    await effect.abandon(operation.id, publicError(failure));
    throw failure;
  }
}

type Looked =
  | { readonly exists: false; readonly source: string; readonly queried_at: string }
  | { readonly exists: true; readonly seen: Seen; readonly decision: Decision };

/** Puts the operation before a person. What failed safe stays as it is: a new dispatch needs its own decision. */
async function hold(change: ChangeCall, operation: OperationView, hold: Hold): Promise<Answer> {
  if (operation.state === "awaiting_approval" || operation.state === "awaiting_confirmation") {
    return tell(change, operation, true);
  }
  let { id } = operation;
  if (operation.state === "failed_safe") {
    const instead = await claimInstead(change, id);
    if ("answer" in instead) return instead.answer;
    id = instead.operation.id;
  }
  if (hold.for === "approval") await requireRoom(change, id);
  return tell(change, await change.effect.hold(id, hold), false);
}

/** One person's requests must not hide those of others. @throws Failure `rate_limited` where too many wait */
async function requireRoom({ session, effect }: ChangeCall, id: string): Promise<void> {
  if (await session.env.PERSON.getByName(session.person).mayWait(id, HOLD_LIFE_MS)) return;
  const failure = tooManyWait();
  await effect.abandon(id, publicError(failure));
  throw failure;
}
