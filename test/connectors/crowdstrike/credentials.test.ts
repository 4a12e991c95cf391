import { describe, expect, test } from "vitest";
import { localEnvironment } from "../../../cli/local/local-environment.ts";
import { crowdstrikeSettings } from "../../../src/connectors/crowdstrike/settings.ts";
import { problemsIn } from "../../../src/toolkit/settings.ts";
import { CREDENTIALS } from "../../support/deployed.ts";

function environment(changes: Record<string, string | undefined> = {}): Env {
  const local = localEnvironment({ publicUrl: "http://localhost:8787", labUrl: "http://localhost:8790" });
  const defaults = { CROWDSTRIKE_SETTLE_MS: "30000", CROWDSTRIKE_UNASSIGNED_CRITICALITY: "high" };
  return { ...local, ...defaults, ...changes } as unknown as Env;
}

const credentialProblems = (env: Env) => [
  ...new Set(CREDENTIALS.flatMap(({ secrets }) => problemsIn(secrets, env))),
];

describe("configuration", () => {
  test("of a local instance has no problems", () => {
    expect([...credentialProblems(environment()), ...problemsIn(crowdstrikeSettings, environment())]).toEqual(
      [],
    );
  });

  test.each([
    "CROWDSTRIKE_READ_CLIENT_ID",
    "CROWDSTRIKE_READ_CLIENT_SECRET",
    "CROWDSTRIKE_CONTAIN_CLIENT_ID",
    "CROWDSTRIKE_CONTAIN_CLIENT_SECRET",
    "CROWDSTRIKE_ALERTS_READ_CLIENT_ID",
    "CROWDSTRIKE_ALERTS_READ_CLIENT_SECRET",
    "CROWDSTRIKE_ALERTS_WRITE_CLIENT_ID",
    "CROWDSTRIKE_ALERTS_WRITE_CLIENT_SECRET",
  ])("without %s is refused by its name, and by no other", (variable) => {
    for (const missing of [undefined, ""]) {
      const problems = credentialProblems(environment({ [variable]: missing }));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(variable);
    }
  });

  test.each([
    ["CROWDSTRIKE_BASE_URL", "http://api.crowdstrike.example"],
    ["CROWDSTRIKE_BASE_URL", "ftp://localhost"],
    ["CROWDSTRIKE_BASE_URL", "https://api.crowdstrike.example/"],
    ["CROWDSTRIKE_BASE_URL", undefined],
    ["CROWDSTRIKE_BASE_URL", "https://api.crowdstrike.com/oauth2"],
    ["CROWDSTRIKE_MEMBER_CID", "my-customer"],
    ["CROWDSTRIKE_MEMBER_CID", `${"ab".repeat(16)}-9F`],
    ["CROWDSTRIKE_SETTLE_MS", "soon"],
    ["CROWDSTRIKE_SETTLE_MS", "-1"],
    ["CROWDSTRIKE_UNASSIGNED_CRITICALITY", "tier-0"],
    ["CROWDSTRIKE_UNASSIGNED_CRITICALITY", ""],
  ])("with %s=%s is refused by its name", (variable, value) => {
    expect(problemsIn(crowdstrikeSettings, environment({ [variable]: value })).join()).toContain(variable);
  });

  test.each([
    ["https://falcon.crowdstrike.com", "https://api.crowdstrike.com"],
    ["https://falcon.us-2.crowdstrike.com/dashboards", "https://api.us-2.crowdstrike.com"],
    ["https://falcon.laggar.gcw.crowdstrike.com", "https://api.laggar.gcw.crowdstrike.com"],
  ])("with the console's address %s is refused with the API's, which is taken", (console_url, api) => {
    expect(problemsIn(crowdstrikeSettings, environment({ CROWDSTRIKE_BASE_URL: console_url }))).toEqual([
      `CROWDSTRIKE_BASE_URL: is the address of the console: the API is at ${api}`,
    ]);
    expect(problemsIn(crowdstrikeSettings, environment({ CROWDSTRIKE_BASE_URL: api }))).toEqual([]);
  });

  test("of no secret ever stands in what is said about it", () => {
    const problems = credentialProblems(environment({ CROWDSTRIKE_READ_CLIENT_ID: "" }));
    expect(problems.join()).not.toContain("lab-cs");
  });
});

test("no two credentials share an API client", () => {
  const variables = CREDENTIALS.flatMap(({ secrets }) => problemsIn(secrets, {} as Env));
  expect(new Set(variables).size).toBe(variables.length);
});
