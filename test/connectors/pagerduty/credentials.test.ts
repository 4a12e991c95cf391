import { describe, expect, test } from "vitest";
import { localEnvironment } from "../../../cli/local/local-environment.ts";
import { pagerdutyCredentials } from "../../../src/connectors/pagerduty/credentials.ts";
import { pagerdutySettings } from "../../../src/connectors/pagerduty/settings.ts";
import { problemsIn } from "../../../src/toolkit/settings.ts";

const defaults = {
  PAGERDUTY_SERVICE_ID: "PSECOPS",
  PAGERDUTY_FROM: "responder@acme.test",
  PAGERDUTY_SETTLE_MS: "30000",
};

function environment(changes: Record<string, string | undefined> = {}): Env {
  const local = localEnvironment({ publicUrl: "http://localhost:8787", labUrl: "http://localhost:8790" });
  return { ...local, ...defaults, ...changes } as unknown as Env;
}

const problems = (env: Env) => [
  ...Object.values(pagerdutyCredentials).flatMap(({ secrets }) => problemsIn(secrets, env)),
  ...problemsIn(pagerdutySettings, env),
];

describe("configuration", () => {
  test("of a local instance has no problems", () => {
    expect(problems(environment())).toEqual([]);
  });

  test.each([
    ["PAGERDUTY_READ_API_KEY", ""],
    ["PAGERDUTY_PAGE_API_KEY", undefined],
    ["PAGERDUTY_BASE_URL", "http://api.pagerduty.com"],
    ["PAGERDUTY_SERVICE_ID", ""],
    ["PAGERDUTY_SERVICE_ID", "Security Operations"],
    ["PAGERDUTY_FROM", "the security team"],
    ["PAGERDUTY_FROM", undefined],
    ["PAGERDUTY_SETTLE_MS", "soon"],
  ])("with %s=%s is refused by its name, and by no other", (variable, value) => {
    const found = problems(environment({ [variable]: value }));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${variable}:`);
    expect(found[0]).not.toContain("lab-pd");
  });

  test("without a bound leaves absence unproven", () => {
    expect(pagerdutySettings.parse(environment({ PAGERDUTY_SETTLE_MS: "" })).PAGERDUTY_SETTLE_MS).toBeNull();
    expect(pagerdutySettings.parse(environment()).PAGERDUTY_SETTLE_MS).toBe(30_000);
  });
});
