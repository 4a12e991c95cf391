/** What must hold of every answer, whatever was asked and whatever the vendors said. */
import { z } from "zod";
import { CODES } from "../../src/toolkit/failure.ts";
import { hidesSomething } from "../../src/toolkit/text/hidden.ts";

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** What `Error.stack` looks like, in a text or in JSON. */
const STACK_TRACE = /(?:\n|\\n) {4}at [^\n]{1,200}:\d+:\d+/;

/** A day: nobody waits for longer than that because a vendor's header says so. */
const LONGEST_WAIT_MS = 86_400_000;

const PublicError = z
  .object({
    kind: z.enum(Object.keys(CODES)),
    code: z.string(),
    message: z.string().min(1),
    retryable: z.boolean(),
    next_step: z.string().min(1),
    retry_after_ms: z.int().min(0).max(LONGEST_WAIT_MS).optional(),
    attempts: z.int().min(0).max(20).optional(),
    issues: z
      .array(z.object({ path: z.string(), message: z.string().min(1), hint: z.string().min(1) }))
      .optional(),
    required_scopes: z.array(z.string()).optional(),
  })
  .refine(({ kind, code }) => (CODES[kind as keyof typeof CODES] as readonly string[]).includes(code));

/** The public shape of a result. Nothing here fails by our own fault. */
const Result = z.discriminatedUnion("status", [
  z.object({ status: z.literal("ok"), data: z.record(z.string(), z.unknown()), audit_id: z.uuid() }),
  z.object({
    status: z.literal("not_found"),
    resource: z.object({ kind: z.string(), id: z.string() }),
    audit_id: z.uuid(),
  }),
  z.object({
    status: z.literal("pending_approval"),
    operation: z.object({ id: z.string(), approval_url: z.url() }),
    audit_id: z.uuid(),
  }),
  z.object({ status: z.literal("error"), error: PublicError, audit_id: z.uuid() }),
]);

const Message = z.union([
  z.object({
    jsonrpc: z.literal("2.0"),
    result: z.record(z.string(), z.unknown()),
  }),
  z.object({
    jsonrpc: z.literal("2.0"),
    error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }),
  }),
]);

/** What is wrong with an answer, in words for whoever reads the fuzzer's output. Empty if nothing is. */
export function objections(answer: Answered, forbidden: ReadonlyMap<string, string>): string[] {
  const whole = `${answer.headers}\n${answer.body}`;
  return [
    ...[...forbidden].filter(([text]) => whole.includes(text)).map(([, what]) => `shows ${what}`),
    ...(STACK_TRACE.test(whole) ? ["shows a stack trace"] : []),
    ...(answer.status >= 500 ? [`HTTP ${answer.status}`] : []),
    ...messagesIn(answer).flatMap(wrongWith),
  ];
}

/** The JSON-RPC messages in a body, whichever way it carries them. */
function messagesIn({ headers, body }: Answered): unknown[] {
  if (body === "") return [];
  if (headers.includes("text/event-stream")) {
    return body
      .split("\n")
      .filter((line) => line.startsWith("data: "))
      .map((line) => JSON.parse(line.slice("data: ".length)) as unknown);
  }
  return headers.includes("application/json") ? [JSON.parse(body) as unknown].flat() : [];
}

function wrongWith(message: unknown): string[] {
  // What isn't MCP's is OAuth's, in its own form.
  if (
    typeof message === "object" &&
    message !== null &&
    typeof (message as { error?: unknown }).error === "string"
  ) {
    return [];
  }
  const parsed = Message.safeParse(message);
  if (!parsed.success) return [`is no JSON-RPC answer: ${JSON.stringify(message).slice(0, 200)}`];
  if ("error" in parsed.data) {
    const { code, data } = parsed.data.error;
    const refused =
      typeof data === "object" && data !== null && "status" in data ? wrongWithResult(data) : [];
    return code === -32603 ? [...refused, "fails by our own fault, by JSON-RPC's code"] : refused;
  }
  const { structuredContent, content } = parsed.data.result;
  return structuredContent === undefined
    ? []
    : [...wrongWithResult(structuredContent), ...wrongWithText(structuredContent, content)];
}

function wrongWithResult(result: unknown): string[] {
  const parsed = Result.safeParse(result);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return [
      `is not of the public shape at ${issue?.path.join(".")}: ${JSON.stringify(result).slice(0, 600)}`,
    ];
  }
  const failed = parsed.data.status === "error" && parsed.data.error.kind === "internal";
  return failed ? ["fails by our own fault"] : [];
}

/** The text says the same as the JSON, below one line of ours, and hides nothing. */
function wrongWithText(result: unknown, content: unknown): string[] {
  const text = (content as { text?: unknown }[] | undefined)?.[0]?.text;
  if (typeof text !== "string") return ["has no text"];
  const [ours = "", json = "", ...more] = text.split("\n");
  if (more.length > 0 || JSON.stringify(JSON.parse(json)) !== JSON.stringify(result))
    return ["has another text"];
  return hidesSomething(ours + json) ? ["hides characters in its text"] : [];
}
