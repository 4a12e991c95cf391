import { expect, it } from "vitest";
import { transitionFact } from "../../src/effect/audit-fact.ts";
import { ASSUMED_LANDING_MS, landingOf } from "../../src/effect/machine/probing.ts";
import { digest } from "../../src/toolkit/digest.ts";
import { operation } from "./operation-builder.ts";

it("the audit of an operation keeps no secret of its arguments and reasons, and digests them whole", () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const input = { title: "Rotate it", description: `It leaked: ${secret}` };
  const fact = transitionFact(operation({ input, reason: `because of ${secret}` }), null);
  expect(fact.args).toEqual({ title: "Rotate it", description: "It leaked: [redacted: github token]" });
  expect(fact.detail).toMatchObject({ reason: "because of [redacted: github token]" });
  expect(JSON.stringify(fact)).not.toContain(secret);
  expect(fact.args_digest).toBe(digest(input));
});

it("the audit of an operation names its tool's countermeasure, and a bound that we only assume", () => {
  const probe = { attempts: 2, absent_reads: 2, failed_reads: 0, landing: landingOf("same", null) };
  const fact = transitionFact(operation({ state: "failed_safe", probe }), "isolate");
  expect(fact.countermeasure).toBe("isolate");
  expect(fact.detail?.reads).toMatchObject({ landing: { ms: ASSUMED_LANDING_MS, assumed: true } });
});
