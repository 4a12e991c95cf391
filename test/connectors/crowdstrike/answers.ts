import type { UpstreamAnswer } from "../../../src/toolkit/upstream/upstream.ts";

/** The moment of all answers in these tests, in milliseconds since the epoch. */
export const ANSWERED_AT = Date.parse("2026-11-22T10:00:00Z");

/** Something that must never come out again, as a vendor's text could hold it. */
export const CANARY = "s3cr3t-canary";

/** An answer of the vendor. A body that isn't text is sent as JSON. */
export function answer(status: number, body: unknown, headers: Record<string, string> = {}): UpstreamAnswer {
  return {
    status,
    headers: new Headers(headers),
    body: typeof body === "string" ? body : JSON.stringify(body),
    at: ANSWERED_AT,
  };
}

/** Falcon's envelope with one error for each code, whose message holds the canary. */
export function envelope(codes: readonly number[], resources: unknown = []): unknown {
  return {
    meta: { query_time: 0.01, trace_id: CANARY },
    errors: codes.map((code) => ({ code, message: `${CANARY} ${code}` })),
    resources,
  };
}
