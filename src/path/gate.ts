/** Step 5: may this happen now, on this target, for this person? */
import type { Go, Hold, OperationView } from "../effect/protocol.ts";
import type { Answer } from "./answer.ts";
import { type ChangeCall, tell } from "./change-call.ts";
import { claimInstead, type GoingOn } from "./claim.ts";
import { coverageOf } from "./coverage.ts";
import { asFailure, publicError } from "./failure.ts";
import { COUNT_WINDOW_MS, type Decision, decide } from "./policy.ts";
import { policyOf } from "./policy-document.ts";
import type { ChangeTool, Inspection } from "./tool.ts";
import { typed } from "./typed.ts";

/** Either the call is answered, or it goes on with what the gate saw. */
export type Gated = { readonly answer: Answer } | { readonly operation: OperationView; readonly go: Go };

/** A creation is looked up by a name that only this operation gave it: what is there, it made. */
function hasLanded(tool: ChangeTool, seen: Seen): boolean {
  return seen.landed === true || (seen.in_effect && tool.effect.class === "deterministic-create");
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
        ...(hasLanded(tool, seen) ? { landed: true as const } : {}),
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
  const { tool, claim, session, record, effect, principal } = change;
  const { env } = session;
  try {
    const upstreams = record.upstreams(env, [tool.read_credential], new Map(), "change");
    const upstream = upstreams(tool.read_credential);
    const queried_at = new Date().toISOString();
    const seen = await tool.inspect(claim.input, upstream, env, operation.id);
    if (!seen.exists) return { exists: false, source: upstream.source, queried_at };
    const count = await env.PERSON.getByName(session.person).countChange(operation.id, COUNT_WINDOW_MS);
    const { attributes } = seen;
    const decision = decide(policyOf(env), { tool: tool.name, roles: principal.roles, attributes, count });
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
  switch (operation.state) {
    case "awaiting_approval":
    case "awaiting_confirmation":
      return tell(change, operation, true);
    case "failed_safe": {
      const instead = await claimInstead(change, operation.id);
      if ("answer" in instead) return instead.answer;
      return tell(change, await change.effect.hold(instead.operation.id, hold), false);
    }
    default:
      return tell(change, await change.effect.hold(operation.id, hold), false);
  }
}
