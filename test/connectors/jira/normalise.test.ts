import { describe, expect, test } from "vitest";
import { issueRecord } from "../../../lab/jira/issue-record.ts";
import { Issues } from "../../../lab/jira/issues.ts";
import { Ticket } from "../../../src/capabilities/tickets/ticket.ts";
import { ticketOf } from "../../../src/connectors/jira/normalise.ts";
import { IssueOrNone, IssueRecord, issuePage, LabelledIssue } from "../../../src/connectors/jira/schemas.ts";

const record = {
  key: "SEC-7",
  fields: {
    summary: "Patch OpenSSL",
    status: { name: "Waiting for approval", statusCategory: { key: "indeterminate" } },
    issuetype: { name: "Task" },
    priority: { name: "Highest" },
    assignee: { displayName: "Ada Moreau" },
    created: "2026-11-22T10:00:00.000+0100",
    updated: "2026-11-22T10:30:00.000+0000",
  },
};

const withFields = (fields: object) => ({ ...record, fields: { ...record.fields, ...fields } });
const ticket = (fields: object = {}) =>
  Ticket.parse(ticketOf(IssueRecord.parse(withFields(fields)), new Map()));

describe("a ticket", () => {
  test("says in our words and in the project's own where it stands", () => {
    expect(ticket()).toEqual({
      ticket_id: "SEC-7",
      title: "Patch OpenSSL",
      type: "Task",
      status: "in_progress",
      vendor_status: "Waiting for approval",
      priority_id: 4,
      priority: "Critical",
      vendor_priority: "Highest",
      assignee: "Ada Moreau",
      created_time: "2026-11-22T09:00:00.000Z",
      modified_time: "2026-11-22T10:30:00.000Z",
    });
  });

  test.each([
    ["Lowest", 1, "Low"],
    ["Low", 1, "Low"],
    ["Medium", 2, "Medium"],
    ["High", 3, "High"],
    ["Blocker", 4, "Critical"],
    ["P0 - now", 99, "Other"],
  ])("of priority %s is %d, %s", (name, priority_id, priority) => {
    expect(ticket({ priority: { name } })).toMatchObject({ priority_id, priority, vendor_priority: name });
  });

  test("keeps what somebody wrote into it in one line, with what can't be seen written out", () => {
    expect(ticket({ summary: "a\u202eb\n\u0007c" }).title).toBe("a⟦U+202E⟧b ⟦U+0007⟧c");
  });

  test("of the lab, each of them, has the form that is declared", () => {
    const world = { estate: { seededAt: () => 0 }, storage: { changes: () => new Map() } };
    const issues = new Issues(world as unknown as ConstructorParameters<typeof Issues>[0]).all();
    expect(issues).toHaveLength(64);
    for (const issue of issues) {
      const parsed = IssueRecord.parse(issueRecord(issue, new Set(["*all"])));
      expect(Ticket.parse(ticketOf(parsed, new Map())).ticket_id).toBe(issue.key);
    }
  });
});

describe("what has another type than we rely on is named by its path", () => {
  test.each([
    ["fields.summary", withFields({ summary: 7 })],
    ["fields.status", withFields({ status: "Done" })],
    ["fields.status.statusCategory.key", withFields({ status: { name: "x", statusCategory: { key: 4 } } })],
    ["fields.created", withFields({ created: 1_763_805_600 })],
    ["fields.updated", withFields({ updated: "yesterday" })],
    ["fields.priority", withFields({ priority: "High" })],
    ["key", { ...record, key: undefined, issueKey: "SEC-7" }],
  ])("%s", (path, payload) => {
    expect(IssueRecord.safeParse(payload).error?.issues[0]?.path.join(".")).toBe(path);
    expect(IssueOrNone.safeParse(payload).error?.issues[0]?.path.join(".")).toBe(path);
  });

  test("labels, which a creation would be looked for in", () => {
    const issue = { key: "SEC-7", fields: { labels: "op_1" } };
    const parsed = issuePage(LabelledIssue).safeParse({ issues: [issue] });
    expect(parsed.error?.issues[0]?.path.join(".")).toBe("issues.0.fields.labels");
  });

  test("a page that isn't the last and doesn't say where to go on", () => {
    const page = issuePage(IssueRecord);
    expect(page.safeParse({ issues: [record], isLast: false }).error?.issues[0]?.path).toEqual([
      "nextPageToken",
    ]);
    expect(page.safeParse({ issues: [record] }).success).toBe(true);
    expect(page.safeParse({ issues: [], isLast: true, nextPageToken: null }).success).toBe(true);
  });
});

test("an issue is none only where Jira reports an error", () => {
  expect(IssueOrNone.parse({ errorMessages: ["Issue does not exist"], errors: {} })).toBeNull();
  expect(IssueOrNone.safeParse({ errorMessages: [], errors: {} }).success).toBe(false);
});
