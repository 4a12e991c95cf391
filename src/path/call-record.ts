/** Collects what one call does on its way through the steps, and makes its one audit event of that. */
import type { AuditFact, StepRecord } from "../audit/event/event.ts";
import type { Env } from "../bindings.ts";
import { upstreamFor } from "../downstream/client.ts";
import type { Purpose } from "../downstream/vendor-budget.ts";
import { type StepSpan, stepSpan } from "../observe/step-span.ts";
import type { Missing } from "../tenant/availability.ts";
import { digest } from "../toolkit/digest.ts";
import type { Failure } from "../toolkit/failure.ts";
import type { JsonObject } from "../toolkit/json.ts";
import type { Principal } from "../toolkit/principal.ts";
import { withoutSecrets, withoutSecretsIn } from "../toolkit/text/secrets.ts";
import { shown } from "../toolkit/text/shown.ts";
import type { Tool } from "../toolkit/tool.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import { refusingUpstream, type Upstream, type UpstreamExchange } from "../toolkit/upstream/upstream.ts";
import type { Answer } from "./answer.ts";
import type { Call } from "./ports.ts";

/** The steps of the path, in the order in which a call takes them. */
export type Step = "identity" | "scope" | "schema" | "claim" | "gate" | "downstream" | "answer";

/**
 * How long a call may read, in milliseconds, however many vendors it asks one after another: clients give a request
 * up after a minute, and what is answered later is read by nobody.
 */
const READING_MS = 45_000;

/** What one call did, as it goes along. It becomes the call's one audit event. */
export class CallRecord {
  readonly #started_at: number;
  readonly #call: Pick<Call, "method" | "name" | "trace_id">;
  readonly #steps: StepRecord[] = [];
  readonly #drift: { readonly source: string; readonly field: string }[] = [];
  #step: Step = "identity";
  #span: StepSpan | null = null;
  /** What answers, once it is found; until then what was asked for. */
  #tool: string;
  #principal: Principal | null = null;
  #unconfirmed = false;
  #fact: Partial<AuditFact> = {};
  readonly #asked: (readonly UpstreamExchange[])[] = [];

  constructor(call: Pick<Call, "method" | "name" | "trace_id">, now: number) {
    this.#call = call;
    this.#tool = call.method === "resources/read" ? call.method : call.name;
    this.#started_at = now;
  }

  /** The step that the call is in: what fails now, failed there. */
  enter(step: Step): void {
    this.#step = step;
    this.#span?.end("ok");
    this.#span = stepSpan(step, this.#tool, this.#call.trace_id);
  }

  /** A failure on the way: where a vendor's payload has drifted is a fact for whoever minds the connector. */
  failed(failure: Failure, source: string | undefined = this.#asked.flat().at(-1)?.source): void {
    const { contract_path: field } = failure.detail;
    if (field !== undefined) this.#drift.push({ source: source ?? "", field });
  }

  /** How the step that the call is in ended. */
  ended(result: string): void {
    this.#steps.push({ step: this.#step, result, at_ms: Date.now() - this.#started_at });
    this.#span?.end(result);
    this.#span = null;
  }

  /** Who is asking. */
  by(principal: Principal): void {
    this.#principal = principal;
  }

  /** The identity provider couldn't be asked, and the call goes on all the same. */
  unconfirmed(): void {
    this.#unconfirmed = true;
  }

  /** What answers. */
  answeredBy(tool: Tool): void {
    this.#tool = tool.name;
    if (tool.kind === "change" && tool.countermeasure !== null)
      this.note({ countermeasure: tool.countermeasure });
  }

  /** Facts that became known on the way. */
  note(fact: Partial<AuditFact>): void {
    this.#fact = { ...this.#fact, ...fact };
  }

  /**
   * The vendors that a step may ask, each through one of `credentials`. What is asked through them goes into
   * the record, and goes out under the call's trace. Asking through one that is missing fails.
   * @param purpose whose part of the vendors' budgets it spends
   */
  upstreams(
    env: Env,
    credentials: readonly Credential[],
    missing: Missing = new Map(),
    purpose: Purpose = "anything",
  ): (credential: Credential) => Upstream {
    const opened = new Map<Credential, Upstream>();
    return (credential) => {
      if (!credentials.includes(credential))
        throw new TypeError(`${this.#tool} doesn't declare ${credential.name}`);
      const refusal = missing.get(credential);
      if (refusal !== undefined) return refusingUpstream(credential.vendor.name, refusal);
      const known = opened.get(credential);
      if (known !== undefined) return known;
      const deadline_ms = Math.max(0, this.#started_at + READING_MS - Date.now());
      const upstream = upstreamFor(env, credential, {
        trace_id: this.#call.trace_id,
        deadline_ms,
        purpose,
        person: this.#principal?.subject ?? null,
      });
      this.#asked.push(upstream.exchanges);
      opened.set(credential, upstream);
      return upstream;
    };
  }

  /** The validated arguments: digested whole, and kept without secrets and no longer than a reader needs. */
  input(input: JsonObject): void {
    this.note({ args_digest: digest(input), args: shortened(input) });
  }

  /** The call's audit event. */
  fact(answer: Answer): AuditFact {
    const error = answer.status === "error" ? answer.error : null;
    if (error !== null) this.ended(error.code);
    this.#span?.end(answer.status);
    return {
      type: "call",
      decision: decisionOf(answer),
      outcome: answer.status,
      subject: this.#principal?.subject ?? null,
      roles: this.#principal?.roles ?? [],
      session_id: this.#principal?.session_id ?? null,
      client_id: this.#principal?.client_id ?? null,
      tool: shown(this.#tool, 64),
      trace_id: this.#call.trace_id,
      error_kind: error?.kind ?? null,
      error_code: error?.code ?? null,
      steps: this.#steps,
      upstream: this.#asked.flat(),
      latency_ms: Date.now() - this.#started_at,
      ...this.#detail(),
      ...this.#fact,
    };
  }

  /** What a reader needs besides: how it was asked for if not as a tool, and where a vendor's payload has drifted. */
  #detail(): Pick<AuditFact, "detail"> {
    const { method, name } = this.#call;
    const detail = {
      ...(method === "tools/call" ? {} : { method }),
      ...(method === "resources/read" ? { uri: withoutSecrets(name).slice(0, LONGEST_TEXT) } : {}),
      ...(this.#drift.length === 0 ? {} : { drift: this.#drift }),
      ...(this.#unconfirmed ? { standing: "unconfirmed" } : {}),
    };
    return Object.keys(detail).length === 0 ? {} : { detail };
  }
}

function decisionOf(answer: Answer): string {
  if (answer.status === "pending_approval") return "hold";
  if (answer.status === "error") return answer.error.kind === "permission" ? "deny" : "fail";
  return "operation" in answer && answer.operation.replayed === true ? "replay" : "allow";
}

const LONGEST_TEXT = 500;

/** Long texts are cut: the digest still tells two calls apart. Secrets before that: half a key is half a key too much. */
function shortened(input: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(input).map(([name, given]) => {
      const value = withoutSecretsIn(given);
      const long = typeof value === "string" && value.length > LONGEST_TEXT;
      return [name, long ? `${value.slice(0, LONGEST_TEXT)}…` : value];
    }),
  );
}
