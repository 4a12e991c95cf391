import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { z } from "zod";
import { errorAnswer } from "../../src/path/answer.ts";
import { CallRecord } from "../../src/path/call-record.ts";
import { asFailure } from "../../src/toolkit/failure.ts";
import { credentialOf } from "../support/deployed.ts";

const READ = credentialOf("crowdstrike.read");

it("a tool asks vendors through the credentials that it declares, and through no other", () => {
  const call = { method: "tools/call", name: "get_device", trace_id: null } as const;
  const upstream = new CallRecord(call, Date.now()).upstreams(env, [READ]);
  expect(upstream(READ)).toBe(upstream(READ));
  expect(() => upstream(credentialOf("crowdstrike.contain"))).toThrow(TypeError);
});

it("a call reads no longer than clients wait, however late it comes to a vendor", async () => {
  const call = { method: "tools/call", name: "get_device", trace_id: null } as const;
  const record = new CallRecord(call, Date.now() - 45_000);
  const upstream = record.upstreams(env, [READ])(READ);
  const request = {
    operation: "QueryDevicesByFilter",
    method: "GET",
    path: "/devices/queries/devices/v1",
  } as const;
  await expect(upstream.read(request, z.unknown())).rejects.toMatchObject({ code: "upstream_timeout" });
});

it("the audit keeps no secret that somebody put into an argument, nor half of one, and still tells two apart", () => {
  const call = { method: "tools/call", name: "create_ticket", trace_id: null } as const;
  const factOf = (secret: string) => {
    const record = new CallRecord(call, Date.now());
    record.input({
      title: `Rotate ${secret}`,
      description: `${"a".repeat(470)} ${secret}`,
      labels: [secret],
    });
    return record.fact(errorAnswer(asFailure(null)));
  };
  const [one, other] = [factOf(`ghp_${"a1B2".repeat(9)}`), factOf(`ghp_${"c3D4".repeat(9)}`)];
  expect(one.args).toMatchObject({ title: "Rotate [redacted: github token]" });
  expect(JSON.stringify(one)).not.toContain("ghp_");
  expect(one.args_digest).not.toBe(other.args_digest);
});
