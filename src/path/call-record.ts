import type { AuditFact, StepRecord } from "../audit/event.ts";
import type { CredentialName } from "../connectors/credentials.ts";
import { upstreamFor } from "../downstream/client.ts";
import type { Upstream, UpstreamExchange } from "../downstream/upstream.ts";
import { digest } from "../effect/operation.ts";
import type { Answer } from "./answer.ts";
import type { Failure } from "./failure.ts";
import type { Principal } from "./principal.ts";
import type { JsonObject } from "./tool.ts";

/** The steps of the path, in the order in which a call takes them. */
export type Step = "identity" | "scope" | "schema" | "claim" | "gate" | "downstream" | "answer";

/** What one call did, as it goes along. It becomes the call's one audit event. */
export class CallRecord {
  readonly #started_at: number;
  readonly #tool: string;
  readonly #trace_id: string | null;
  readonly #steps: StepRecord[] = [];
  readonly #drift: { readonly source: string; readonly field: string }[] = [];
  #step: Step = "identity";
  #principal: Principal | null = null;
  #fact: Partial<AuditFact> = {};
  readonly #asked: (readonly UpstreamExchange[])[] = [];

  constructor(tool: string, trace_id: string | null, now: number) {
    this.#tool = tool;
    this.#trace_id = trace_id;
    this.#started_at = now;
  }

  /** The step that the call is in: what fails now, failed there. */
  enter(step: Step): void {
    this.#step = step;
  }

  /** A failure on the way: where a vendor's payload has drifted is a fact for whoever minds the connector. */
  failed(failure: Failure, source: string | undefined = this.#asked.flat().at(-1)?.source): void {
    const { contract_path: field } = failure.detail;
    if (field !== undefined) this.#drift.push({ source: source ?? "", field });
  }

  /** How the step that the call is in ended. */
  ended(result: string): void {
    this.#steps.push({ step: this.#step, result, at_ms: Date.now() - this.#started_at });
  }

  /** Who is asking. */
  by(principal: Principal): void {
    this.#principal = principal;
  }

  /** Facts that became known on the way. */
  note(fact: Partial<AuditFact>): void {
    this.#fact = { ...this.#fact, ...fact };
  }

  /**
   * The vendors that a step may ask, each through one of `credentials`. What is asked through them goes into
   * the record, with the call's trace id as the request's id.
   */
  upstreams(env: Env, credentials: readonly CredentialName[]): (credential: CredentialName) => Upstream {
    const opened = new Map<CredentialName, Upstream>();
    return (credential) => {
      if (!credentials.includes(credential))
        throw new TypeError(`${this.#tool} doesn't declare ${credential}`);
      const known = opened.get(credential);
      if (known !== undefined) return known;
      const upstream = upstreamFor(
        env,
        credential,
        this.#trace_id === null ? {} : { request_id: this.#trace_id },
      );
      this.#asked.push(upstream.exchanges);
      opened.set(credential, upstream);
      return upstream;
    };
  }

  /** The validated arguments: digested, and without the texts that may hold anything. */
  input(input: JsonObject): void {
    this.note({ args_digest: digest(input), args: shortened(input) });
  }

  /** The call's audit event. */
  fact(answer: Answer): AuditFact {
    const error = answer.status === "error" ? answer.error : null;
    if (error !== null) this.ended(error.code);
    return {
      type: "call",
      decision: decisionOf(answer),
      outcome: answer.status,
      subject: this.#principal?.subject ?? null,
      roles: this.#principal?.roles ?? [],
      session_id: this.#principal?.session_id ?? null,
      client_id: this.#principal?.client_id ?? null,
      tool: this.#tool.slice(0, 64),
      trace_id: this.#trace_id,
      error_kind: error?.kind ?? null,
      error_code: error?.code ?? null,
      steps: this.#steps,
      upstream: this.#asked.flat(),
      latency_ms: Date.now() - this.#started_at,
      ...(this.#drift.length === 0 ? {} : { detail: { drift: this.#drift } }),
      ...this.#fact,
    };
  }
}

function decisionOf(answer: Answer): string {
  if (answer.status === "pending_approval") return "hold";
  if (answer.status === "error") return answer.error.kind === "permission" ? "deny" : "fail";
  return "operation" in answer && answer.operation.replayed === true ? "replay" : "allow";
}

const LONGEST_TEXT = 500;

/** Long texts are cut: the digest still tells two calls apart. */
function shortened(input: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name,
      typeof value === "string" && value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value,
    ]),
  );
}
