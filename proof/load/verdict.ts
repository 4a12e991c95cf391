/** What an answer is, judged by the published forms alone. Pure. */
import { CODES } from "../../src/toolkit/failure.ts";
import type { Answer } from "./wire.ts";

/** What a tool said, wherever in the answer it says so. */
export interface Said {
  readonly status: string;
  readonly code: string | null;
  readonly audit_id: string | null;
}

const STATUSES: ReadonlySet<unknown> = new Set(["ok", "not_found", "pending_approval", "error"]);
/** Ours, or a runtime's: neither may ever get out. */
const STACK_TRACE = /\n\s+at .+:\d+:\d+/;

/**
 * What a tool, or whatever refused in its place, said in the published form; `null` if the answer holds nothing of
 * that form.
 */
export function saidBy(answer: Answer): Said | null {
  const { result, error } = answer.message ?? {};
  const said = result?.structuredContent ?? error?.data;
  if (!isRecord(said) || !STATUSES.has(said.status)) return null;
  const audit_id = typeof said.audit_id === "string" ? said.audit_id : null;
  if (said.status !== "error") return { status: String(said.status), code: null, audit_id };
  return isPublicError(said.error) ? { status: "error", code: said.error.code, audit_id } : null;
}

/** Why an answer is in no published form, or `null` if it is in one. */
export function formlessness(answer: Answer): string | null {
  if (answer.status >= 500) return `HTTP ${answer.status}`;
  if (STACK_TRACE.test(answer.text)) return "a stack trace";
  const { result, error } = answer.message ?? {};
  if (answer.status < 300) {
    if (error !== undefined) return isRpcError(error) ? null : "a JSON-RPC error without code or message";
    if (result === undefined)
      return answer.status === 202 && answer.text === "" ? null : "no JSON-RPC message";
    if (!("structuredContent" in result)) return null;
    return saidBy(answer) === null ? "a result that isn't of the published form" : null;
  }
  if (isRpcError(error)) return null;
  // RFC 6750: the challenge is in the header, and OAuth's own body beside it.
  if (answer.status === 401)
    return answer.headers.has("www-authenticate") ? null : "a 401 without a challenge";
  // What the front door refuses never was MCP: one sentence.
  const sentence = answer.headers.get("content-type")?.startsWith("text/plain") && answer.text.length < 200;
  return sentence ? null : `HTTP ${answer.status} with a body of no known form`;
}

function isPublicError(value: unknown): value is { readonly code: string } {
  if (!isRecord(value)) return false;
  const { kind, code, message, next_step, retryable } = value;
  const codes: readonly string[] = Object.hasOwn(CODES, String(kind))
    ? CODES[kind as keyof typeof CODES]
    : [];
  return (
    codes.includes(String(code)) &&
    typeof message === "string" &&
    typeof next_step === "string" &&
    retryable === (kind === "transient")
  );
}

function isRpcError(error: unknown): boolean {
  return isRecord(error) && Number.isInteger(error.code) && typeof error.message === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
