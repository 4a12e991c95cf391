/**
 * Reads from a vendor's API through one credential, within its budget, retries, deadline and circuit
 * breaker.
 */
import type * as z from "zod";
import type { Env } from "../bindings.ts";
import { asFailure, type Failure } from "../toolkit/failure.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import { buildRequest, exchangeBy, jsonOf, readVendorAnswer } from "../toolkit/upstream/exchange.ts";
import { concluded, contractChanged, timedOut } from "../toolkit/upstream/failures.ts";
import type {
  ListPart,
  ListWindow,
  Patience,
  Upstream,
  UpstreamAnswer,
  UpstreamExchange,
  UpstreamRequest,
} from "../toolkit/upstream/upstream.ts";
import { breakerAllows, breakerIsOpen, breakerReport } from "./circuit.ts";
import { type ListAnswer, readListAnswer } from "./list-answer.ts";
import { retrying } from "./retries.ts";
import { type Spender, spendRequest } from "./spending.ts";
import { rememberedToken, tokenFor } from "./tokens.ts";

/** What a vendor gets that says nothing else of itself. */
const USUAL: Patience = { attempts: 3, attempt_ms: 8_000, deadline_ms: 20_000 };

export interface UpstreamOptions extends Spender {
  /** For everything that is read through it together, in milliseconds from now, if that is less than usual. */
  readonly deadline_ms?: number;
  /** The caller's: once it is aborted, nothing more is asked. */
  readonly signal?: AbortSignal | undefined;
  /** The caller's trace, which goes out with every request. */
  readonly trace_id?: string | null;
}

/** An upstream that remembers what was asked through it, for the audit. */
export interface RecordedUpstream extends Upstream {
  readonly exchanges: readonly UpstreamExchange[];
}

/** A vendor's API through one credential, for reading. Its deadline starts now. */
export function upstreamFor(
  env: Env,
  credential: Credential,
  options: UpstreamOptions = {},
): RecordedUpstream {
  return new Reader(env, credential, options);
}

class Reader implements RecordedUpstream {
  readonly exchanges: UpstreamExchange[] = [];
  readonly #env: Env;
  readonly #credential: Credential;
  readonly #patience: Patience;
  readonly #deadline_at: number;
  readonly #signal: AbortSignal | undefined;
  readonly #request_id: string;
  readonly #trace_id: string | null;
  readonly #spender: Spender;

  constructor(env: Env, credential: Credential, options: UpstreamOptions) {
    this.#env = env;
    this.#credential = credential;
    this.#patience = { ...USUAL, ...this.#credential.vendor.patience };
    const { deadline_ms } = this.#patience;
    this.#deadline_at = Date.now() + Math.min(options.deadline_ms ?? deadline_ms, deadline_ms);
    this.#signal = options.signal;
    this.#trace_id = options.trace_id ?? null;
    this.#spender = options;
    this.#request_id = this.#trace_id ?? crypto.randomUUID();
  }

  get source(): string {
    return this.#credential.vendor.name;
  }

  async read<Schema extends z.ZodType>(request: UpstreamRequest, schema: Schema): Promise<z.output<Schema>> {
    return (await this.readWithHeaders(request, schema)).body;
  }

  async readWithHeaders<Schema extends z.ZodType>(
    request: UpstreamRequest,
    schema: Schema,
  ): Promise<Understood<Schema>> {
    return this.#recorded(request, readVendorAnswer, (answer, payload) =>
      this.#understand(request, schema, answer, payload),
    );
  }

  async readList<Schema extends z.ZodType>(
    request: UpstreamRequest,
    element: Schema,
    window: ListWindow<z.output<Schema>>,
  ): Promise<ListPart<z.output<Schema>>> {
    const read = (response: Response) => readListAnswer(response, element, window);
    return this.#recorded(request, read, (answer) => this.#listIn(request, answer));
  }

  async #recorded<Answer extends UpstreamAnswer, Result>(
    request: UpstreamRequest,
    read: (response: Response) => Promise<Answer>,
    understand: (answer: Answer, payload: unknown) => Result,
  ): Promise<Result> {
    const began_at = Date.now();
    const asked = { attempts: 0, status: null as number | null };
    try {
      return await this.#persistently(request, read, understand, asked);
    } catch (thrown) {
      throw concluded(asFailure(thrown), asked.attempts);
    } finally {
      const { attempts, status } = asked;
      const latency_ms = Date.now() - began_at;
      this.exchanges.push({
        source: this.source,
        operation: request.operation,
        attempts,
        status,
        latency_ms,
      });
    }
  }

  async #persistently<Answer extends UpstreamAnswer, Result>(
    request: UpstreamRequest,
    read: (response: Response) => Promise<Answer>,
    understand: (answer: Answer, payload: unknown) => Result,
    asked: Asked,
  ): Promise<Result> {
    breakerAllows(this.#credential);
    // Outside the retries: the broker has its own, and three times three would be a storm.
    let token = await this.#token();
    let token_renewed = false;
    const { attempts, attempt_ms } = { ...this.#patience, ...request.patience };
    const options = {
      attempts,
      attempt_ms,
      deadline_at: this.#deadline_at,
      signal: this.#signal,
      // The failure that opened the circuit says more than the open circuit does.
      mayContinue: () => !breakerIsOpen(this.#credential.name),
    };
    return retrying(options, async (signal) => {
      let answer = await this.#ask(request, read, token, signal, asked);
      if (answer.status === 401 && !token_renewed) {
        token_renewed = true;
        token = await this.#token(token);
        answer = await this.#ask(request, read, token, signal, asked);
      }
      const { name, vendor } = this.#credential;
      const payload = jsonOf(answer);
      const { operation, about } = request;
      const failure = vendor.errorOf(answer, payload, {
        operation,
        credential: name,
        ...(about === undefined ? {} : { about }),
      });
      if (failure !== null) throw failure;
      return understand(answer, payload);
    });
  }

  /** A token within the deadline. The broker goes on without us, for the next who asks. */
  async #token(stale?: string): Promise<string> {
    const known = rememberedToken(this.#credential, stale);
    if (known !== undefined) return known;
    const late = Promise.withResolvers<never>();
    const left_ms = Math.max(0, this.#deadline_at - Date.now());
    const timer = setTimeout(() => late.reject(timedOut(this.#credential.vendor)), left_ms);
    try {
      return await Promise.race([tokenFor(this.#env, this.#credential, { stale }), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #ask<Answer extends UpstreamAnswer>(
    request: UpstreamRequest,
    read: (response: Response) => Promise<Answer>,
    token: string,
    signal: AbortSignal,
    asked: Asked,
  ): Promise<Answer> {
    const { vendor } = this.#credential;
    const sending = { request_id: this.#request_id, trace_id: this.#trace_id, signal };
    await spendRequest(this.#env, this.#credential, this.#spender);
    asked.attempts += 1;
    asked.status = null;
    try {
      const built = buildRequest(this.#env, this.#credential, request, token, sending);
      await this.#credential.prove?.(built, token, Date.now());
      const answer = await exchangeBy(read, vendor, request.operation, built, signal);
      asked.status = answer.status;
      breakerReport(this.#credential.name, answer.status < 500);
      return answer;
    } catch (thrown) {
      // A caller who left says nothing about the vendor, and an answer that is too long is an answer.
      if (!this.#signal?.aborted)
        breakerReport(this.#credential.name, asFailure(thrown).code === "too_large");
      throw thrown;
    }
  }

  #understand<Schema extends z.ZodType>(
    request: UpstreamRequest,
    schema: Schema,
    answer: UpstreamAnswer,
    payload: unknown,
  ): Understood<Schema> {
    const parsed = schema.safeParse(payload);
    if (parsed.success) return { body: parsed.data, headers: answer.headers };
    throw this.#contractChanged(request, firstPath(parsed.error), answer.status);
  }

  #listIn<Element>(request: UpstreamRequest, { list, status }: ListAnswer<Element>): ListPart<Element> {
    if (list !== undefined && "kept" in list) return list;
    throw this.#contractChanged(request, list?.contract_path ?? "", status);
  }

  #contractChanged(request: UpstreamRequest, path: string, status: number): Failure {
    return contractChanged(this.#credential.vendor, request.operation, path, { status });
  }
}

interface Understood<Schema extends z.ZodType> {
  readonly body: z.output<Schema>;
  readonly headers: Headers;
}

/** What one read came to, for its exchange record. */
interface Asked {
  attempts: number;
  status: number | null;
}

/** Where a payload first differs from what we rely on. The path is ours; what stood there stays behind. */
function firstPath(error: z.ZodError): string {
  return error.issues[0]?.path.join(".") ?? "";
}
