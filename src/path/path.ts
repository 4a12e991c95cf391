/**
 * The path: every tool call, every reading of a resource and every prompt goes through {@link walk}, top to bottom, in this order. There is no other way
 * to a tool: the lanes know this function only, and the tools know nothing of transport, scope or audit.
 *
 * 1 identity · 2 scope · 3 schema · 4 claim · 5 gate · 6 downstream · 7 answer
 */
import { authorize, covers } from "../auth/scope-check.ts";
import type { ExecuteAnswer } from "../effect/protocol.ts";
import { alert, reasonOf } from "../observe/log.ts";
import { actOf, unconfirmed } from "../person/confirmation.ts";
import { type Missing, requirePort } from "../tenant/availability.ts";
import { asFailure, failureFrom } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import { effectName } from "../toolkit/operation-id.ts";
import type { Principal } from "../toolkit/principal.ts";
import { Progress, type ProgressUpdate } from "../toolkit/progress.ts";
import type { ReadTool } from "../toolkit/read.ts";
import { scopesOfRoles } from "../toolkit/scopes.ts";
import { typed } from "../toolkit/typed.ts";
import { type Answer, answerOfRead, errorAnswer, type Result } from "./answer.ts";
import { CallRecord } from "./call-record.ts";
import { canonicalInput } from "./canonical.ts";
import { type ChangeCall, changeCall, tell } from "./change-call.ts";
import { claimOperation } from "./claim.ts";
import { failedCall, ownFault } from "./failed-call.ts";
import { type Gated, gate } from "./gate.ts";
import { parseInput } from "./input.ts";
import { inProgress } from "./operation-answer.ts";
import type { Call, Declaration, PathSession } from "./ports.ts";
import { differsFromDone, mayNot, notResumable, undeclared } from "./refusals.ts";

/** Answers one call. Never throws: whatever happens is a result, and is in the audit. */
export async function walk(call: Call, session: PathSession): Promise<Result> {
  const record = new CallRecord(call, Date.now());
  try {
    record.enter("identity");
    // Before standing, too: a session that was ended could fill the audit like any other.
    session.admitted();
    const known = session.principal();
    record.by(known);
    const declaration = session.find(call);
    const confidence = await session.confidence(actOf(declaration?.tool));
    // Again: the identity provider may just have said no, or other roles.
    const principal = session.principal();
    record.by(principal);
    if (confidence === "stale") throw unconfirmed(session.env);
    if (confidence === "unconfirmed") record.unconfirmed();
    record.ended("ok");

    record.enter("scope");
    const { tool, args } = permitted(call, declaration, principal, record);
    const missing = await session.enabled(tool);
    record.ended("ok");

    record.enter("schema");
    if (call.resumes === false) throw notResumable();
    const input = canonicalInput(tool, parseInput(tool, args), (capability) => session.sources(capability));
    record.input(input);
    record.ended("ok");

    const answer =
      tool.kind === "read"
        ? await read(tool, input, { call, principal, session, record, missing })
        : await change(changeCall(tool, input, principal, session, call, record), missing);
    return audited(answer, session, record);
  } catch (thrown) {
    const failure = asFailure(thrown);
    record.failed(failure);
    if (failure.kind === "internal") ownFault(call, failure);
    return audited(errorAnswer(failure), session, record);
  }
}

/** Whoever may not call a tool gets no validation of its input. */
function permitted(
  call: Call,
  declaration: Declaration | null,
  principal: Principal,
  record: CallRecord,
): Declaration {
  if (declaration === null) throw undeclared(call);
  const { tool } = declaration;
  record.answeredBy(tool);
  const authorization = authorize(principal, tool.scope);
  if (!authorization.ok) throw mayNot(tool, principal, authorization);
  if (tool.leads_to !== undefined && !covers(scopesOfRoles(principal.roles), tool))
    throw mayNot(tool, principal, { ok: false, reason: "role_forbids" });
  return declaration;
}

/** Whom a read is for, and what it must do without. */
interface Reading {
  readonly call: Call;
  readonly principal: Principal;
  readonly session: PathSession;
  readonly record: CallRecord;
  readonly missing: Missing;
}

/** A read has nothing to claim and nothing to gate. */
async function read(
  tool: ReadTool,
  input: JsonObject,
  { call, principal, session, record, missing }: Reading,
): Promise<Answer> {
  const { env } = session;
  record.enter("downstream");
  const upstream = record.upstreams(env, [...tool.credentials, ...(tool.also ?? [])], missing);
  const heard = new Progress(call.listener, Date.now);
  const progress = (update: ProgressUpdate) => heard.report(update);
  const outcome = await tool
    .run(input, { env, principal, now: Date.now(), upstream, progress })
    .finally(() => heard.end());
  for (const { source, error } of outcome.sources) if (error !== undefined) record.failed(error, source);
  record.ended(outcome.outcome);

  record.enter("answer");
  const typed_outcome =
    outcome.outcome === "found" ? { ...outcome, data: typed(tool, outcome.data) } : outcome;
  return answerOfRead(typed_outcome, input);
}

/** A state change: once, however often it is asked for. */
async function change(call: ChangeCall, missing: Missing): Promise<Answer> {
  const { record } = call;
  record.enter("claim");
  requirePort(missing, call.port);
  const claimed = await claimOperation(call);
  if ("answer" in claimed) return claimed.answer;

  record.enter("gate");
  const gated = await gate(call, claimed);
  if ("answer" in gated) return gated.answer;

  record.enter("downstream");
  const executed = await execute(call, gated);
  record.ended(executed.kind === "dispatched" ? executed.operation.state : executed.kind);

  record.enter("answer");
  switch (executed.kind) {
    case "dispatched":
      return tell(call, executed.operation, false);
    case "match":
      return tell(call, executed.operation, true);
    case "in_doubt":
      return tell(call, executed.operation, true);
    case "differs":
      return errorAnswer(differsFromDone(executed.operation, executed.differences), executed.operation);
    case "busy":
      return errorAnswer(inProgress(executed.operation), executed.operation);
    case "failed":
      return errorAnswer(failureFrom(executed.error), executed.operation);
  }
}

/**
 * Has the effect object dispatch it. An object that dies on the way may have sent the request: then what it
 * knows in its next life is the answer, and if that can't be had either, the outcome is in doubt.
 */
async function execute(
  { effect, session, claim }: ChangeCall,
  { operation, go }: Extract<Gated, { go: unknown }>,
): Promise<ExecuteAnswer> {
  try {
    return await effect.execute(operation.id, go);
  } catch (thrown) {
    const lost = { operation_id: operation.id, trace_id: claim.trace_id };
    alert("effect_object_lost", { ...lost, reason: reasonOf(thrown) });
    const { env } = session;
    // A stub of its own: the other one died with the object.
    const next = env.EFFECT.getByName(effectName(env.TENANT, claim.target));
    const known = await next.read(operation.id).catch(() => ({ ...operation, state: "unknown" as const }));
    if (known === null) throw thrown;
    return { kind: "dispatched", operation: known };
  }
}

/** The call's one audit event, written before the answer can leave. */
function audited(answer: Answer, session: PathSession, record: CallRecord): Result {
  const fact = record.fact(answer);
  try {
    const audit_id = session.audit(fact);
    if (answer.status === "error") failedCall(fact, answer.error, audit_id);
    return { ...answer, audit_id };
  } catch (thrown) {
    // What can't be audited is not answered: the caller must not act on what nobody can account for.
    const failure = asFailure(thrown);
    const { session_id = null, trace_id = null } = fact;
    alert("call_not_audited", { session_id, trace_id, reason: reasonOf(failure.cause ?? thrown) });
    return { ...errorAnswer(failure), audit_id: null };
  }
}
