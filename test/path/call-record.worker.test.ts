import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { CallRecord } from "../../src/path/call-record.ts";

it("a tool asks vendors through the credentials that it declares, and through no other", () => {
  const upstream = new CallRecord("get_device", null, Date.now()).upstreams(env, ["crowdstrike.read"]);
  expect(upstream("crowdstrike.read")).toBe(upstream("crowdstrike.read"));
  expect(() => upstream("crowdstrike.contain")).toThrow(TypeError);
});
