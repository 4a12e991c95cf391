/**
 * Builds one HTTP request to a vendor, sends it once, and reads the answer within a limit. It never
 * retries.
 */
import type { Env } from "../../bindings.ts";
import type { Failure } from "../failure.ts";
import type { Credential } from "./credential.ts";
import { answerTooLarge, timedOut, unavailable } from "./failures.ts";
import { settingsOf } from "./settings-of.ts";
import { traceparent } from "./trace-context.ts";
import type { UpstreamAnswer, UpstreamRequest } from "./upstream.ts";
import type { Vendor } from "./vendor.ts";

/** No documented answer comes near this; a body without end must not fill the isolate's memory. */
const MAX_ANSWER_BYTES = 10 * 1024 * 1024;

/** A body longer than any answer may be. */
class AnswerTooLarge extends Error {}

/** What belongs to one sending of a request. */
export interface Sending {
  /** Goes out as `X-Request-Id`, so that the vendor's log and our audit can be laid side by side. */
  readonly request_id: string;
  /** Goes out as `traceparent`. `null` if the caller sent none. */
  readonly trace_id?: string | null;
  readonly signal?: AbortSignal;
}

/**
 * The HTTP request, complete with its credential. Synchronous, because nothing may be awaited between a state
 * change's intent and its dispatch.
 */
export function buildRequest(
  env: Env,
  credential: Credential,
  request: UpstreamRequest,
  token: string,
  { request_id, trace_id, signal }: Sending,
): Request {
  const settings = settingsOf(env, credential.vendor);
  const url = new URL(`${credential.baseUrl(settings)}${request.path}`);
  for (const [name, values] of Object.entries(request.query ?? {})) {
    for (const value of [values].flat()) url.searchParams.append(name, value);
  }
  const headers = new Headers({ accept: "application/json", ...request.headers, "x-request-id": request_id });
  if (trace_id) headers.set("traceparent", traceparent(trace_id));
  credential.authorize(headers, token, settings);
  if (request.json !== undefined) headers.set("content-type", "application/json");
  return new Request(url, {
    method: request.method,
    headers,
    // A redirect would carry the token to wherever it points.
    redirect: "manual",
    ...(signal === undefined ? {} : { signal }),
    ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
  });
}

/**
 * Reads an answer to its end.
 * @throws whatever the connection ends with, or an error if the answer is longer than any may be
 */
export async function readVendorAnswer(response: Response): Promise<UpstreamAnswer> {
  const { status, headers } = response;
  // In one piece where it is known to be short: taking a stream apart costs several times as much.
  const body = isShort(headers) ? await response.text() : await readBounded(response);
  return { status, headers, body, at: Date.now() };
}

/** A compressed body may be any length, whatever its header says. */
function isShort(headers: Headers): boolean {
  const declared = headers.get("content-length");
  return declared !== null && Number(declared) <= MAX_ANSWER_BYTES && !headers.has("content-encoding");
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let body = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new AnswerTooLarge();
    body += decoder.decode(chunk, { stream: true });
  }
  return body + decoder.decode();
}

/**
 * Sends a request once and reads the answer to its end, whatever its status.
 * @param signal the request's own
 * @throws Failure `upstream_timeout`, `upstream_unavailable`, or `too_large` for an answer without end
 */
export function exchange(
  vendor: Vendor,
  operation: string,
  request: Request,
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  return exchangeBy(readVendorAnswer, vendor, operation, request, signal);
}

/** The same, with the answer read in another way. */
export async function exchangeBy<Answer extends UpstreamAnswer>(
  read: (response: Response) => Promise<Answer>,
  vendor: Vendor,
  operation: string,
  request: Request,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return await read(await fetch(request));
  } catch (thrown) {
    throw connectionFailure(vendor, operation, thrown, signal);
  }
}

function connectionFailure(vendor: Vendor, operation: string, thrown: unknown, signal: AbortSignal): Failure {
  if (thrown instanceof AnswerTooLarge) return answerTooLarge(vendor, operation);
  return signal.aborted ? timedOut(vendor, thrown) : unavailable(vendor, { cause: thrown });
}

/** A body as JSON, or `undefined` if it isn't JSON: half an answer, or a proxy's page. */
export function jsonOf(answer: UpstreamAnswer): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    return undefined;
  }
}
