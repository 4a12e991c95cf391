/**
 * Prepares and sends the one request of a state change, and says what its answer proves. It never retries.
 */
import type { Env } from "../bindings.ts";
import { conclusionOf, requestOf } from "../capabilities/ports.ts";
import { breakerAllows, breakerReport } from "../downstream/circuit.ts";
import { spendRequest } from "../downstream/spending.ts";
import { tokenFor } from "../downstream/tokens.ts";
import { alert } from "../observe/log.ts";
import { actOf, unconfirmed as notConfirmed } from "../person/confirmation.ts";
import type { Confidence } from "../person/standing.ts";
import { requireAvailable, requirePort } from "../tenant/availability.ts";
import { type ChangeTool, type Conclusion, portOf } from "../toolkit/change.ts";
import { asFailure, Failure, publicError } from "../toolkit/failure.ts";
import { scopesOfRoles } from "../toolkit/scopes.ts";
import { typed } from "../toolkit/typed.ts";
import { buildRequest, readVendorAnswer } from "../toolkit/upstream/exchange.ts";
import type { Transition } from "./machine/machine.ts";
import type { Approver, Operation, Requester } from "./machine/operation.ts";
import { answerLost } from "./machine/refusals.ts";
import type { Dispatching, Ending, Ready } from "./ports.ts";
import { lookAgain } from "./proof/second-look.ts";
import type { Go } from "./protocol.ts";

/** A request that is complete, so that building it can't fail between the intent and the wire. */
export interface PreparedRequest extends Ready {
  readonly request: Request;
}

/** Sends state changes to vendors. It never retries: whether to is the operation's business. */
export class Dispatcher implements Dispatching<PreparedRequest> {
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  /**
   * The request, with its token and its proof. Whether the requester and the approver still stand, and what is switched
   * off, is asked last: all of that may take its time, and what was revoked meanwhile must stop the request.
   * @throws Failure if one of them may no longer, or no token can be had: nothing was sent
   * @throws NeedsMore if the target isn't any more what a person decided on
   */
  async prepare(
    operation: Operation,
    tool: ChangeTool,
    { requester, approved }: Go,
    refused_token: string | null,
  ): Promise<PreparedRequest> {
    const port = portOf(tool, operation.target);
    const { credential } = port;
    breakerAllows(credential);
    const [token] = await Promise.all([
      tokenFor(this.#env, credential, { stale: refused_token ?? undefined }),
      spendRequest(this.#env, credential, { person: requester.subject }),
    ]);
    if (approved === true) await lookAgain(this.#env, tool, operation);
    const { id: request_id, trace_id } = operation;
    const asked = requestOf(port, operation.input, { env: this.#env, operation_id: request_id });
    const request = buildRequest(this.#env, credential, asked, token, { request_id, trace_id });
    await credential.prove?.(request, token, Date.now());
    const approver = approved === true ? operation.approver : null;
    const [switches, ...confidences] = await Promise.all([
      this.#env.TENANT_OBJECT.getByName(this.#env.TENANT).switches(),
      this.#stillMay(tool, tool.scope, requester, approver !== null),
      this.#approverStands(tool, approver, requester),
    ]);
    requirePort(requireAvailable(this.#env, tool, switches), port);
    const unconfirmed = confidences.includes("unconfirmed");
    if (unconfirmed) alert("dispatched_unconfirmed", { operation_id: request_id, trace_id }, "warn");
    // The vendor's time begins here: what was asked for on the way isn't taken off it.
    const signal = AbortSignal.timeout(port.deadline_ms);
    return { token, request: new Request(request, { signal }), unconfirmed };
  }

  /**
   * Sends the one request. The first thing it does is `fetch`, in the caller's own turn: the caller has
   * just written the intent, and the output gate holds the request until that is on disk. Never rejects.
   */
  async send(operation: Operation, tool: ChangeTool, ready: PreparedRequest): Promise<Ending> {
    const { fence } = operation;
    const port = portOf(tool, operation.target);
    try {
      const answer = await readVendorAnswer(await fetch(ready.request));
      breakerReport(port.credential.name, answer.status < 500);
      const { input, id: operation_id } = operation;
      const before = JSON.parse(operation.before ?? "null");
      const conclusion = conclusionOf(port, answer, { input, operation_id, before });
      return { transition: toTransition(tool, conclusion, fence), token_refused: answer.status === 401 };
    } catch (thrown) {
      breakerReport(port.credential.name, false);
      return { transition: { type: "lose", fence, error: answerLost(thrown) }, token_refused: false };
    }
  }

  /** One's own confirmation needs no more than one's own standing. */
  async #approverStands(
    tool: ChangeTool,
    approver: Approver | null,
    requester: Requester,
  ): Promise<Confidence | null> {
    if (approver === null || approver.subject === requester.subject) return null;
    return this.#stillMay(tool, "operations:approve", approver, true);
  }

  /** @param decided a person has decided on it since */
  async #stillMay(
    tool: ChangeTool,
    scope: ChangeTool["scope"],
    { person, session_id }: Pick<Requester, "person" | "session_id">,
    decided: boolean,
  ): Promise<Confidence> {
    const standing = await this.#env.PERSON.getByName(person).confirm(session_id, actOf(tool));
    const { active, roles, renewable, confidence } = standing;
    const scopes: readonly string[] = scopesOfRoles(roles);
    if (!active || (scope !== "any" && !scopes.includes(scope))) {
      throw new Failure(
        "session_revoked",
        "The requester or the approver may no longer do this. Nothing was sent.",
        { next_step: "Sign in again, or ask someone who holds the role." },
      );
    }
    // Where only a sign-in could confirm them, the one that counted at the ask or the decision goes on counting.
    if (confidence === "stale" && (renewable || !decided)) throw notConfirmed(this.#env);
    return confidence;
  }
}

function toTransition(tool: ChangeTool, conclusion: Conclusion<unknown>, fence: number): Transition {
  switch (conclusion.outcome) {
    case "done":
      return {
        type: "succeed",
        fence,
        evidence: "answered",
        data: JSON.stringify(typed(tool, conclusion.data)),
      };
    case "no_effect":
      return { type: "fail_safe", fence, error: publicError(conclusion.failure) };
    case "unknown":
      return { type: "lose", fence, error: answerLost(asFailure(conclusion.failure)) };
  }
}
