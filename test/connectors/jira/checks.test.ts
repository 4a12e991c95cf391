import { describe, expect, test } from "vitest";
import { jiraChecks, screenProblems } from "../../../src/connectors/jira/checks.ts";
import { jira } from "../../../src/connectors/jira/errors.ts";
import type { JiraSettings } from "../../../src/connectors/jira/settings.ts";
import { settingsFor } from "../../support/deployed.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const env = {
  JIRA_PROJECT: "SEC",
  JIRA_ISSUE_TYPE: "Task",
  JIRA_PRIORITIES: '{"high":"High"}',
  JIRA_FIELDS: "",
};
const settings = (changes: object = {}) => settingsFor(jira, { ...env, ...changes }) as JiraSettings;
const field = (fieldId: string, more: object = {}) => ({ fieldId, required: false, ...more });
const usual = ["summary", "description", "labels", "project", "issuetype"].map((name) =>
  field(name, { required: true }),
);
const priority = field("priority", { allowedValues: [{ id: "2", name: "High" }] });
const problems = (fields: object[], changes: object = {}) =>
  screenProblems([...usual, ...fields] as Parameters<typeof screenProblems>[0], settings(changes));

describe("a create screen", () => {
  test("with what is filled in, and nothing else that is required, has no problems", () => {
    const reporter = field("reporter", { required: true, hasDefaultValue: true });
    expect(problems([priority, reporter, field("duedate")])).toEqual([]);
    expect(problems([], { JIRA_PRIORITIES: "" })).toEqual([]);
  });

  test("that requires more names the field", () => {
    const required = field("customfield_10045", { required: true, hasDefaultValue: false });
    expect(problems([priority, required])).toEqual([
      "JIRA_FIELDS: give a value for the required field customfield_10045",
    ]);
    expect(problems([priority, required], { JIRA_FIELDS: '{"customfield_10045":"x"}' })).toEqual([]);
  });

  test("without a priority, or with other names for it, doesn't fit JIRA_PRIORITIES", () => {
    expect(problems([])).toEqual(["JIRA_PRIORITIES: the create screen has no priority; leave it empty"]);
    expect(problems([priority], { JIRA_PRIORITIES: '{"high":"P1"}' })).toEqual([
      'JIRA_PRIORITIES: the project has no priority "P1"; it has High',
    ]);
    expect(problems([priority], { JIRA_PRIORITIES: '{"high":"2"}' })).toEqual([]);
  });

  test("without a field that is filled in, or one that is set, names it", () => {
    expect(screenProblems([], settings({ JIRA_PRIORITIES: "", JIRA_FIELDS: '{"duedate":"x"}' }))).toEqual([
      "JIRA_ISSUE_TYPE: put the field summary on its create screen",
      "JIRA_ISSUE_TYPE: put the field description on its create screen",
      "JIRA_ISSUE_TYPE: put the field labels on its create screen",
      "JIRA_FIELDS: the create screen has no field duedate; leave it out",
    ]);
  });
});

describe("the checks", () => {
  const through = new RecordedRequests({
    searchAndReconsileIssuesUsingJql: { issues: [], isLast: true },
    getCurrentUser: { accountId: "1" },
    getCreateIssueMetaIssueTypes: { issueTypes: [{ id: "10002", name: "Task" }] },
    getCreateIssueMetaIssueTypeId: { fields: [...usual, priority] },
  });
  const run = async (changes: object = {}) =>
    (await Promise.all(jiraChecks.map(({ run }) => run(through, settings(changes), env as Env)))).flat();

  test("find nothing where everything fits, the issue type by name or by id", async () => {
    expect(await run()).toEqual([]);
    expect(await run({ JIRA_ISSUE_TYPE: "10002" })).toEqual([]);
    expect(through.asked.map(({ path }) => path)).toContain(
      "/rest/api/3/issue/createmeta/SEC/issuetypes/10002",
    );
  });

  test("name an issue type that the project doesn't have, and those that it has", async () => {
    expect(await run({ JIRA_ISSUE_TYPE: "Incident" })).toEqual([
      'JIRA_ISSUE_TYPE: the project has no issue type "Incident" to create; it has Task',
    ]);
  });
});
