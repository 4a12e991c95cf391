/** Answers that come from in front of a vendor, or from a vendor that isn't well. */
import type { Simulator, VendorReply, VendorRequest } from "./simulator.ts";

const jsonHeaders = { "content-type": "application/json" };

/** A success without a body. */
export function emptyAnswer(): Response {
  return new Response(null, { status: 200, headers: jsonHeaders });
}

/** The way to a page to sign in at. */
export function toLogin(): Response {
  return new Response(null, { status: 302, headers: { location: "/login" } });
}

/** The vendor's refusal, with `Retry-After` as a date (RFC 9110 §10.2.3) in place of what it usually says. */
export function datedRateLimit(simulator: Simulator, request: VendorRequest, until: number): VendorReply {
  const reply = simulator.rateLimited(request, until, 1);
  return { ...reply, headers: { "retry-after": new Date(until).toUTCString() } };
}

const largeBytes = 60 * 1024 * 1024;
const blockBytes = 1024 * 1024;

/** The answer, 60 MB long. Blanks may stand before the last bracket of JSON. */
export function largeAnswer({ body }: VendorReply): Response {
  const text = JSON.stringify(body ?? {});
  const pieces = function* () {
    yield text.slice(0, -1);
    for (let sent = 0; sent < largeBytes; sent += blockBytes) yield " ".repeat(blockBytes);
    yield text.slice(-1);
  };
  return streamOf(pieces());
}

const trickleMs = 1000;

/** One byte a second, for as long as anybody listens. */
export function trickle(): Response {
  const pieces = async function* () {
    for (;;) {
      yield " ";
      await new Promise((resolve) => setTimeout(resolve, trickleMs));
    }
  };
  return streamOf(pieces());
}

function streamOf(pieces: Iterator<string> | AsyncIterator<string>): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => void pieces.return?.(),
  });
  return new Response(body, { status: 200, headers: jsonHeaders });
}
