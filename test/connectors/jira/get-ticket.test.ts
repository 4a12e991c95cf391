/** One ticket by its id, of what Jira answers for an issue. */
import { describe, expect, test } from "vitest";
import { documentOf } from "../../../src/connectors/jira/document.ts";
import { readTool } from "../../support/deployed.ts";
import { readRecorded, withoutEach } from "../../support/records.ts";

const getTicket = readTool("get_ticket");

const getCurrentUser = { accountId: "712020:sallyport-read" };
const env = { JIRA_PROJECT: "SEC" };
const record = {
  id: "10007",
  key: "SEC-7",
  fields: {
    summary: "Patch OpenSSL",
    description: documentOf("On web-1.\n\nBefore Friday."),
    status: { name: "Waiting for approval", statusCategory: { key: "indeterminate" } },
    issuetype: { id: "10002", name: "Task" },
    priority: { id: "1", name: "Highest" },
    assignee: { displayName: "Ada Moreau" },
    created: "2026-11-22T10:00:00.000+0100",
    updated: "2026-11-22T10:30:00.000+0000",
  },
};
const described = (description: unknown) => ({ ...record, fields: { ...record.fields, description } });

const get = (getIssue: object, ticket_id = "jira:SEC-7") =>
  readRecorded(getTicket, { getIssue, getCurrentUser }, { args: { ticket_id }, env });

describe("a ticket", () => {
  test("is what a search finds of it, and its description", async () => {
    const { answer, through } = await get(record);
    expect(answer).toMatchObject({
      status: "ok",
      data: {
        ticket_id: "jira:SEC-7",
        title: "Patch OpenSSL",
        desc: "On web-1. Before Friday.",
        type: "Task",
        status: "in_progress",
        vendor_status: "Waiting for approval",
        priority: "Critical",
        vendor_priority: "Highest",
        assignee: "Ada Moreau",
        created_time: "2026-11-22T09:00:00.000Z",
        modified_time: "2026-11-22T10:30:00.000Z",
      },
      coverage: { complete: true },
    });
    expect(through.asked.map(({ operation }) => operation)).toEqual(["getIssue", "getCurrentUser"]);
    expect(through.asked[0]).toMatchObject({
      path: "/rest/api/3/issue/SEC-7",
      query: { fields: "summary,status,issuetype,priority,assignee,created,updated,description" },
    });
  });

  test.each(withoutEach(record, ["key"]))("comes through with %s", async (_, lacking) => {
    const { answer } = await get(lacking);
    expect(answer).toMatchObject({ status: "ok", data: { ticket_id: "jira:SEC-7" } });
  });

  test.each([
    ["absent", undefined],
    ["null", null],
    ["empty", { type: "doc", version: 1, content: [] }],
    ["blank", documentOf("\n \n")],
  ])("whose description is %s has none", async (_, description) => {
    expect((await get(described(description))).answer).toMatchObject({ data: { desc: null } });
  });

  test("has no more of its description than create_ticket takes, and says that it was cut", async () => {
    const whole = await get(described(documentOf("x".repeat(8000))));
    expect(whole.answer).toMatchObject({ data: { desc: "x".repeat(8000) } });
    const longer = await get(described(documentOf("x".repeat(8001))));
    expect(longer.answer).toMatchObject({ data: { desc: expect.stringMatching(/^x{7994}…⟦cut⟧$/) } });
  });

  test("keeps what a stranger wrote into it in one line, with what can't be seen written out", async () => {
    const { answer } = await get(described(documentOf("a\u202eb\n\u0007c")));
    expect(answer).toMatchObject({ data: { desc: "a⟦U+202E⟧b ⟦U+0007⟧c" } });
  });

  test.each([
    ["key", { ...record, key: 7 }],
    ["fields,description", described("plain")],
    ["fields,description,content", described({ type: "doc", content: "plain" })],
  ])("of another form at %s is a changed contract", async (path, issue) => {
    await expect(get(issue)).rejects.toMatchObject({ issues: [{ path: path.split(",") }] });
  });
});

describe("a ticket that isn't found", () => {
  const missing = (id: string) => ({ status: "not_found", resource: { kind: "ticket", id } });

  test("isn't there", async () => {
    const { answer } = await get({ errorMessages: ["Issue does not exist"], errors: {} });
    expect(answer).toMatchObject(missing("jira:SEC-7"));
  });

  test("was moved to another project", async () => {
    expect((await get({ ...record, key: "HR-1" })).answer).toMatchObject(missing("jira:SEC-7"));
  });

  test.each(["HR-1", "10007", "SEC-7/../HR-1", "SECRET-1", "SEC-7?x"])(
    "is of no key of the project: %s, which Jira isn't asked for",
    async (key) => {
      const { answer, through } = await get({ ...record, key: "SEC-1" }, `jira:${key}`);
      expect(answer).toMatchObject(missing(`jira:${key}`));
      expect(through.asked).toEqual([]);
    },
  );
});
