import { expect, it } from "vitest";
import { transitionFact } from "../../src/effect/audit-fact.ts";
import { digest } from "../../src/effect/operation.ts";
import { operation } from "./operation-builder.ts";

it("the audit of an operation keeps no secret of its arguments and reasons, and digests them whole", () => {
  const secret = `ghp_${"a1B2".repeat(9)}`;
  const input = { title: "Rotate it", description: `It leaked: ${secret}` };
  const fact = transitionFact(operation({ input, reason: `because of ${secret}` }));
  expect(fact.args).toEqual({ title: "Rotate it", description: "It leaked: [redacted: github token]" });
  expect(fact.detail).toMatchObject({ reason: "because of [redacted: github token]" });
  expect(JSON.stringify(fact)).not.toContain(secret);
  expect(fact.args_digest).toBe(digest(input));
});
