/** The HTTP face of a simulated vendor, with faults in between. */
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { v4 as uuidv4 } from "uuid";
import type { Fault, Faults } from "./faults.ts";
import type { Holding } from "./holding.ts";
import type { RequestLog } from "./request-log.ts";
import type { Operation, Simulator, VendorReply, VendorRequest } from "./simulator.ts";
import { datedRateLimit, emptyAnswer, largeAnswer, toLogin, trickle } from "./strange-answers.ts";
import type { World } from "./world.ts";

type Env = { Bindings: HttpBindings };

const defaultSlowMs = 3000;
const defaultRateLimitMs = 2000;

/** What the simulation of all vendors needs besides the world. */
export interface Simulation {
  world: World;
  faults: Faults;
  log: RequestLog;
  holding: Holding;
}

/** The HTTP face of a vendor: reads requests, lets faults interfere, and has the simulator answer. */
export function vendorApp(simulator: Simulator, simulation: Simulation): Hono<Env> {
  const app = new Hono<Env>();
  for (const operation of simulator.operations) {
    app.on(operation.method, operation.path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) =>
      serve(c, simulator, operation, simulation),
    );
  }
  app.all("*", async (c) => {
    const request = await read(c, "unknown", simulation.world.now());
    return send(simulator, request, simulator.failure(request, 404));
  });
  return app;
}

async function serve(
  c: Context<Env>,
  simulator: Simulator,
  operation: Operation,
  { world, faults, log, holding }: Simulation,
): Promise<Response> {
  // From before it is read: what comes in while the estate is reset belongs to the estate that was.
  const { dropped } = holding;
  const arrived = await read(c, operation.id, world.now());
  const fault = faults.take(simulator.vendor, operation.id);
  const entry = log.begin(simulator.vendor, arrived, fault?.mode);

  // A closed client connection ends none of the waits: the vendor goes on working for a caller who left.
  await holding.wait(requestHeldMs(fault), dropped);
  if (dropped.aborted) return cut(c);

  const request = { ...arrived, headers: headersUnder(fault, arrived.headers), now: world.now() };
  const perform = () => {
    const reply = world.storage.transaction(() => operation.handle(request));
    world.effects.committed();
    return reply;
  };
  const outcome = decide(fault, faults, { simulator, operation }, request, perform);
  await holding.wait(answerHeldMs(fault), dropped);
  if (outcome === "cut" || dropped.aborted) return cut(c);
  entry.status = outcome.status;
  return outcome instanceof Response ? outcome : send(simulator, request, outcome);
}

/** An answer that has changed, or broke off, isn't the one whose entity tag the caller holds. */
function headersUnder(fault: Fault | undefined, arrived: Headers): Headers {
  if (fault?.mode !== "drift" && fault?.mode !== "malformed") return arrived;
  const headers = new Headers(arrived);
  headers.delete("if-none-match");
  return headers;
}

/** Modes whose delay isn't the request's: it is for the caller, or for the answer. */
const delaysSomethingElse: ReadonlySet<string> = new Set([
  "rate_limit",
  "rate_limit_date",
  "hold_after_effect",
]);

/** How long a fault holds the request back. */
function requestHeldMs(fault: Fault | undefined): number {
  if (fault === undefined || delaysSomethingElse.has(fault.mode)) return 0;
  return fault.delay_ms ?? (fault.mode === "slow" ? defaultSlowMs : 0);
}

/** How long a fault holds the answer back, once the effect is there. */
function answerHeldMs(fault: Fault | undefined): number {
  return fault?.mode === "hold_after_effect" ? (fault.delay_ms ?? defaultSlowMs) : 0;
}

/** What becomes of a request, with or without a fault: a reply of the vendor, raw bytes, or a cut connection. */
function decide(
  fault: Fault | undefined,
  faults: Faults,
  { simulator, operation: { paging } }: { simulator: Simulator; operation: Operation },
  request: VendorRequest,
  perform: () => VendorReply,
): VendorReply | Response | "cut" {
  const leadingOn = () => paging?.leadOn?.(request, perform()) ?? perform();
  switch (fault?.mode) {
    case undefined:
    case "slow":
    case "hold_after_effect":
      return perform();
    case "status":
      return simulator.failure(request, fault.status ?? 503);
    case "reset":
      return "cut";
    case "drop_after_effect":
      perform();
      return "cut";
    case "error_after_effect":
      perform();
      return simulator.failure(request, fault.status ?? 500);
    case "rate_limit":
      return simulator.rateLimited(
        request,
        request.now + (fault.delay_ms ?? defaultRateLimitMs),
        fault.fired,
      );
    case "expire_tokens":
      return simulator.tokenRefused(request);
    case "drift": {
      const reply = perform();
      return reply.status < 300 ? { ...reply, body: simulator.drift(reply.body) } : reply;
    }
    case "malformed":
      return malformed(simulator, request, perform());
    case "html":
      return gatewayPage(fault.status ?? 502);
    case "partial":
      return simulator.partial(request);
    case "empty":
      perform();
      return emptyAnswer();
    case "redirect":
      return toLogin();
    case "rate_limit_date":
      return datedRateLimit(simulator, request, request.now + (fault.delay_ms ?? defaultRateLimitMs));
    case "large":
      return largeAnswer(perform());
    case "trickle":
      return trickle();
    case "repeat":
      return faults.repeated(fault, leadingOn);
    case "lost_page":
      return fault.fired === 1 && paging?.leadOn
        ? leadingOn()
        : (paging?.lose?.(perform(), request) ?? perform());
    case "larger_total":
      return paging?.addOne?.(perform()) ?? perform();
  }
}

/** The answer, broken off in the middle of its JSON. What was done is done. */
function malformed(simulator: Simulator, request: VendorRequest, reply: VendorReply): VendorReply | Response {
  if (reply.status >= 300 || reply.body === undefined) return reply;
  const text = JSON.stringify(reply.body);
  const headers = {
    "content-type": "application/json",
    ...simulator.headers(request, reply),
    ...reply.headers,
  };
  return new Response(text.slice(0, Math.floor(text.length * 0.6)), { status: reply.status, headers });
}

/** What a proxy in front of the vendor sends: not JSON, whatever its status. */
function gatewayPage(status: number): Response {
  const page = `<!DOCTYPE html>\n<html><head><title>${status}</title></head><body><h1>Please try again later</h1></body></html>\n`;
  return new Response(page, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}

function send(simulator: Simulator, request: VendorRequest, reply: VendorReply): Response {
  const headers = { ...simulator.headers(request, reply), ...reply.headers };
  if (reply.body === undefined) return new Response(reply.text ?? null, { status: reply.status, headers });
  return new Response(JSON.stringify(reply.body), {
    status: reply.status,
    headers: { "content-type": "application/json", ...headers },
  });
}

/** Cuts the TCP connection with a reset, so that the caller can't take it for an orderly end. */
function cut(c: Context<Env>): Response {
  c.env.incoming.socket.resetAndDestroy();
  return RESPONSE_ALREADY_SENT;
}

async function read(c: Context<Env>, operation: string, now: number): Promise<VendorRequest> {
  const traceId = uuidv4();
  return {
    operation,
    params: c.req.param(),
    query: new URL(c.req.url).searchParams,
    headers: c.req.raw.headers,
    body: await c.req.text(),
    requestId: c.req.header("x-request-id") ?? traceId,
    traceId,
    now,
  };
}
