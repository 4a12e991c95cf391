import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { z } from "zod";
import { CallRecord } from "../../src/path/call-record.ts";

it("a tool asks vendors through the credentials that it declares, and through no other", () => {
  const call = { method: "tools/call", name: "get_device", trace_id: null } as const;
  const upstream = new CallRecord(call, Date.now()).upstreams(env, ["crowdstrike.read"]);
  expect(upstream("crowdstrike.read")).toBe(upstream("crowdstrike.read"));
  expect(() => upstream("crowdstrike.contain")).toThrow(TypeError);
});

it("a call reads no longer than clients wait, however late it comes to a vendor", async () => {
  const call = { method: "tools/call", name: "get_device", trace_id: null } as const;
  const record = new CallRecord(call, Date.now() - 45_000);
  const upstream = record.upstreams(env, ["crowdstrike.read"])("crowdstrike.read");
  const request = {
    operation: "QueryDevicesByFilter",
    method: "GET",
    path: "/devices/queries/devices/v1",
  } as const;
  await expect(upstream.read(request, z.unknown())).rejects.toMatchObject({ code: "upstream_timeout" });
});
