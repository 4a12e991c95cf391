import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { Credential } from "../../../src/toolkit/upstream/credential.ts";
import { buildRequest, readVendorAnswer } from "../../../src/toolkit/upstream/exchange.ts";
import { traceIdOf } from "../../../src/toolkit/upstream/trace-context.ts";
import type { UpstreamRequest } from "../../../src/toolkit/upstream/upstream.ts";
import { exampleVendor } from "../../downstream/example-vendor.ts";

const credential: Credential = {
  name: "example.read",
  vendor: exampleVendor,
  permission: "read",
  baseUrl: () => "https://api.example/base",
  mint: async () => ({ token: "t", expires_at: 0 }),
  authorize: (headers, token) => headers.set("authorization", `Bearer ${token}`),
  secrets: z.object({}),
};

function build(request: Partial<UpstreamRequest> = {}, trace_id: string | null = null): Request {
  const sending = { request_id: "request-1", trace_id, signal: AbortSignal.timeout(1_000) };
  const whole = { operation: "list", method: "GET", path: "/things", ...request } as const;
  return buildRequest(
    { EXAMPLE_BASE_URL: "https://api.example/base" } as unknown as Env,
    credential,
    whole,
    "token-1",
    sending,
  );
}

describe("a request", () => {
  test("goes to the vendor's base, with its credential and its id", () => {
    const request = build();
    expect(request.url).toBe("https://api.example/base/things");
    expect(Object.fromEntries(request.headers)).toEqual({
      accept: "application/json",
      authorization: "Bearer token-1",
      "x-request-id": "request-1",
    });
  });

  test("goes out in the caller's trace", () => {
    const trace_id = "0af7651916cd43dd8448eb211c80319c";
    expect(traceIdOf({ traceparent: build({}, trace_id).headers.get("traceparent") })).toBe(trace_id);
  });

  test("follows no redirect, which could carry its token elsewhere", () => {
    expect(build().redirect).toBe("manual");
  });

  test("keeps a query whole, whatever stands in it", () => {
    const filter = "hostname:*'a+b & c#d?*'+status:'normal'";
    expect(new URL(build({ query: { filter } }).url).searchParams.get("filter")).toBe(filter);
  });

  test("carries JSON where there is any", async () => {
    const request = build({ method: "POST", json: { ids: ["a"] } });
    expect(request.headers.get("content-type")).toBe("application/json");
    expect(await request.json()).toEqual({ ids: ["a"] });
  });
});

describe("an answer", () => {
  test("is read to its end, whatever its status", async () => {
    const answer = await readVendorAnswer(new Response("näin", { status: 503, headers: { "x-a": "b" } }));
    expect(answer).toMatchObject({ status: 503, body: "näin" });
    expect(answer.headers.get("x-a")).toBe("b");
    expect((await readVendorAnswer(new Response(null, { status: 204 }))).body).toBe("");
  });

  test("without end is given up, not kept", async () => {
    let sent = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
      cancel() {
        cancelled = true;
      },
    });
    await expect(readVendorAnswer(new Response(endless))).rejects.toThrow();
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(15);
  });
});
