import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { CallRecord } from "../../src/path/call-record.ts";

it("a tool asks vendors through the credentials that it declares, and through no other", () => {
  const call = { method: "tools/call", name: "get_device", trace_id: null } as const;
  const upstream = new CallRecord(call, Date.now()).upstreams(env, ["crowdstrike.read"]);
  expect(upstream("crowdstrike.read")).toBe(upstream("crowdstrike.read"));
  expect(() => upstream("crowdstrike.contain")).toThrow(TypeError);
});
