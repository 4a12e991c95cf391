import { describe, expect, test } from "vitest";
import { localEnvironment } from "../../../cli/local/local-environment.ts";
import { jiraCredentials } from "../../../src/connectors/jira/credentials.ts";
import { jiraSettings } from "../../../src/connectors/jira/settings.ts";
import { problemsIn } from "../../../src/toolkit/settings.ts";

const defaults = { JIRA_PROJECT: "SEC", JIRA_ISSUE_TYPE: "Task", JIRA_SETTLE_MS: "60000" };

function environment(changes: Record<string, string | undefined> = {}): Env {
  const local = localEnvironment({ publicUrl: "http://localhost:8787", labUrl: "http://localhost:8790" });
  return { ...local, ...defaults, ...changes } as unknown as Env;
}

const problems = (env: Env) => [
  ...Object.values(jiraCredentials).flatMap(({ secrets }) => problemsIn(secrets, env)),
  ...problemsIn(jiraSettings, env),
];

describe("configuration", () => {
  test("of a local instance has no problems", () => {
    expect(problems(environment())).toEqual([]);
  });

  test.each([
    ["JIRA_READ_EMAIL", ""],
    ["JIRA_READ_API_TOKEN", undefined],
    ["JIRA_CREATE_EMAIL", ""],
    ["JIRA_CREATE_API_TOKEN", undefined],
    ["JIRA_BASE_URL", "http://acme.atlassian.net"],
    ["JIRA_BASE_URL", "https://acme.atlassian.net/"],
    ["JIRA_PROJECT", "sec"],
    ["JIRA_PROJECT", 'SEC" OR project = "HR'],
    ["JIRA_PROJECT", undefined],
    ["JIRA_ISSUE_TYPE", ""],
    ["JIRA_PRIORITIES", "High"],
    ["JIRA_PRIORITIES", '{"urgent":"Highest"}'],
    ["JIRA_PRIORITIES", '{"high":""}'],
    ["JIRA_FIELDS", "customfield_10045"],
    ["JIRA_FIELDS", '["customfield_10045"]'],
    ["JIRA_FIELDS", '{"priority":{"name":"High"}}'],
    ["JIRA_FIELDS", '{"labels":["mine"]}'],
    ["JIRA_SETTLE_MS", "soon"],
  ])("with %s=%s is refused by its name, and by no other", (variable, value) => {
    const found = problems(environment({ [variable]: value }));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${variable}:`);
    expect(found[0]).not.toContain("lab-jira");
  });

  test("without a bound leaves absence unproven", () => {
    expect(jiraSettings.parse(environment({ JIRA_SETTLE_MS: "" })).JIRA_SETTLE_MS).toBeNull();
    expect(jiraSettings.parse(environment({ JIRA_SETTLE_MS: "0" })).JIRA_SETTLE_MS).toBe(0);
  });
});
