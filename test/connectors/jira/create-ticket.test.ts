import { describe, expect, test } from "vitest";
import { changeAt } from "../../support/deployed.ts";

const createTicket = changeAt("create_ticket");

const defaults = {
  JIRA_PROJECT: "SEC",
  JIRA_ISSUE_TYPE: "Task",
  JIRA_PRIORITIES: '{"low":"Low","high":"3"}',
  JIRA_FIELDS: "",
};

function fieldsOf(args: object, env: object = {}) {
  const input = createTicket.input.parse({ title: "Look", description: "It looks odd.", ...args });
  const { json } = createTicket.request(input, "op_1", { ...defaults, ...env } as Env);
  return json?.fields as Record<string, unknown>;
}

describe("a new ticket's priority", () => {
  test("is what the project calls it, by name or by id", () => {
    expect(fieldsOf({ priority: "low" }).priority).toEqual({ name: "Low" });
    expect(fieldsOf({ priority: "high" }).priority).toEqual({ id: "3" });
    expect(fieldsOf({ priority: "low" }).labels).toEqual(["sallyport", "op_1"]);
  });

  test.each([
    ["the project has no such", {}],
    ["it isn't on the screen", { JIRA_PRIORITIES: "" }],
  ])("is a label where %s", (_, env) => {
    const fields = fieldsOf({ priority: "critical" }, env);
    expect(fields).not.toHaveProperty("priority");
    expect(fields.labels).toEqual(["sallyport", "op_1", "priority-critical"]);
  });

  test("is the project's own default where none is asked for", () => {
    const fields = fieldsOf({});
    expect(fields).not.toHaveProperty("priority");
    expect(fields.labels).toEqual(["sallyport", "op_1"]);
  });
});

test("the issue type is given by name or by id", () => {
  expect(fieldsOf({}).issuetype).toEqual({ name: "Task" });
  expect(fieldsOf({}, { JIRA_ISSUE_TYPE: "10002" }).issuetype).toEqual({ id: "10002" });
});

test("fields that the project requires come from a setting, and replace none of ours", () => {
  const JIRA_FIELDS = '{"customfield_10045":{"value":"A"},"components":[{"id":"14144"}]}';
  expect(fieldsOf({}, { JIRA_FIELDS })).toMatchObject({
    customfield_10045: { value: "A" },
    components: [{ id: "14144" }],
    summary: "Look",
    project: { key: "SEC" },
  });
});
