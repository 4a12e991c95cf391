/** Declares what an event's text must hold, and makes the row of the store that follows from it. */
import * as z from "zod";
import { eventHash } from "./chain-head.ts";
import { isChain } from "./place.ts";

const HASH = /^[0-9a-f]{64}$/;

const optionalText = z.string().nullish();

/** What every event's text must hold before it is stored. Facts that have no column of their own pass through. */
const auditEvent = z.looseObject({
  chain: z.string().refine(isChain, "no object writes a chain of this name"),
  seq: z.int().positive(),
  prev: z.string().regex(HASH),
  event_id: z.uuid(),
  at: z.iso.datetime({ precision: 3 }),
  tenant: z.string().min(1),
  type: z.string().min(1),
  decision: z.string(),
  outcome: z.string(),
  subject: optionalText,
  session_id: optionalText,
  client_id: optionalText,
  tool: optionalText,
  error_kind: optionalText,
  error_code: optionalText,
  target: optionalText,
  operation_id: optionalText,
  trace_id: optionalText,
});

/** An event's text, parsed. */
export type AuditEvent = z.output<typeof auditEvent>;

/** A row of `audit_events`, as the event's text alone determines it. */
export interface AuditRecord {
  readonly chain: string;
  readonly seq: number;
  readonly event_id: string;
  readonly at: string;
  readonly tenant: string;
  readonly type: string;
  readonly subject: string | null;
  readonly session_id: string | null;
  readonly client_id: string | null;
  readonly tool: string | null;
  readonly decision: string;
  readonly outcome: string;
  readonly error_kind: string | null;
  readonly error_code: string | null;
  readonly target: string | null;
  readonly operation_id: string | null;
  readonly trace_id: string | null;
  readonly prev: string;
  readonly hash: string;
  readonly event: string;
}

/** The columns of `audit_events` that an event's text determines. */
export const RECORD_COLUMNS = [
  "chain",
  "seq",
  "event_id",
  "at",
  "tenant",
  "type",
  "subject",
  "session_id",
  "client_id",
  "tool",
  "decision",
  "outcome",
  "error_kind",
  "error_code",
  "target",
  "operation_id",
  "trace_id",
  "prev",
  "hash",
  "event",
] as const satisfies readonly (keyof AuditRecord)[];

/** An event's text as its parsed event and its row, or why it is none. */
export type ReadRecord =
  | { readonly ok: true; readonly event: AuditEvent; readonly record: AuditRecord }
  | { readonly ok: false; readonly reason: string };

/** Reads an event's text. Pure; never throws. */
export function readRecord(text: unknown): ReadRecord {
  if (typeof text !== "string") return { ok: false, reason: "not a text" };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: "not JSON" };
  }
  const parsed = auditEvent.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { ok: false, reason: `not an audit event: ${issue?.path.join(".")}: ${issue?.message}` };
  }
  return { ok: true, event: parsed.data, record: recordOf(parsed.data, text) };
}

function recordOf(event: AuditEvent, text: string): AuditRecord {
  return {
    chain: event.chain,
    seq: event.seq,
    event_id: event.event_id,
    at: event.at,
    tenant: event.tenant,
    type: event.type,
    subject: event.subject ?? null,
    session_id: event.session_id ?? null,
    client_id: event.client_id ?? null,
    tool: event.tool ?? null,
    decision: event.decision,
    outcome: event.outcome,
    error_kind: event.error_kind ?? null,
    error_code: event.error_code ?? null,
    target: event.target ?? null,
    operation_id: event.operation_id ?? null,
    trace_id: event.trace_id ?? null,
    prev: event.prev,
    hash: eventHash(text),
    event: text,
  };
}
