/** What Jira leaves out, and what it says in words of its own. */
import { describe, expect, test } from "vitest";
import { readTool } from "../../support/deployed.ts";
import { readRecorded, withoutEach } from "../../support/records.ts";

const searchTickets = readTool("search_tickets");

const SEARCH = "searchAndReconsileIssuesUsingJql";
const getCurrentUser = { accountId: "712020:sallyport-read" };
const env = { JIRA_PROJECT: "SEC", JIRA_PRIORITIES: '{"critical":"P1"}' };

const record = {
  id: "10007",
  key: "SEC-7",
  fields: {
    summary: "Patch OpenSSL",
    status: { name: "Waiting for approval", statusCategory: { key: "indeterminate" } },
    issuetype: { id: "10002", name: "Task" },
    priority: { id: "1", name: "Highest" },
    assignee: { displayName: "Ada Moreau" },
    created: "2026-11-22T10:00:00.000+0100",
    updated: "2026-11-22T10:30:00.000+0000",
  },
};
const other = { ...record, key: "SEC-8" };

const search = async (page: object, args: object = {}) =>
  (await readRecorded(searchTickets, { [SEARCH]: page, getCurrentUser }, { args, env })).answer;
const ids = ["jira:SEC-7", "jira:SEC-8"].map((ticket_id) => ({ ticket_id }));

describe("a page of tickets", () => {
  test.each(withoutEach(record, ["key"]))("comes through with %s", async (_, lacking) => {
    const whole = await search({ issues: [lacking, other], isLast: true });
    expect(whole).toMatchObject({
      data: { tickets: ids },
      coverage: { complete: true, unreadable: 0 },
    });
    const { answer } = await readRecorded(
      searchTickets,
      { getIssue: lacking, getCurrentUser },
      { args: { query: "SEC-7" }, env },
    );
    expect(answer).toMatchObject({ data: { tickets: [{ ticket_id: "jira:SEC-7" }] } });
  });

  test.each([
    ["no key", { key: undefined }],
    ["a summary that is no text", { fields: { summary: ["x"] } }],
    ["a status that is no object", { fields: { status: "Done" } }],
    ["a time that isn't one", { fields: { created: "yesterday" } }],
    ["a time beyond any calendar", { fields: { updated: "2026-99-99T10:00:00.000+0000" } }],
  ])("leaves out one with %s, and counts it", async (_, broken) => {
    expect(await search({ issues: [{ ...record, ...broken }, other], isLast: true })).toMatchObject({
      data: { tickets: [{ ticket_id: "jira:SEC-8" }] },
      coverage: { complete: false, unreadable: 1 },
    });
  });

  test("of which none can be read is a changed contract", async () => {
    await expect(search({ issues: [{ ...record, key: 7 }], isLast: true })).rejects.toMatchObject({
      issues: [{ path: ["issues", 0, "key"] }],
    });
  });

  test("that leads back to itself is a changed contract", async () => {
    const first = await search({ issues: [record], nextPageToken: "again" });
    const { next_cursor: cursor } = (first as { coverage: { next_cursor: string } }).coverage;
    await expect(search({ issues: [record], nextPageToken: "again" }, { cursor })).rejects.toMatchObject({
      code: "upstream_contract_changed",
    });
    expect(await search({ issues: [record], nextPageToken: "again", isLast: true })).toMatchObject({
      coverage: { next_cursor: null },
    });
  });

  test("that is empty beside a warning isn't none", async () => {
    const warned = { issues: [], isLast: true, warningMessages: ["The value 'SEC' is not known."] };
    await expect(search(warned)).rejects.toMatchObject({ code: "misconfigured" });
    expect(await search({ ...warned, issues: [record] })).toMatchObject({ status: "ok" });
  });
});

describe("words of the project's own", () => {
  const ticket = async (fields: object) =>
    (await search({ issues: [{ key: "SEC-7", fields }], isLast: true })) as unknown as {
      data: { tickets: object[] };
    };

  test.each([
    ["new", "open"],
    ["undefined", "open"],
    ["indeterminate", "in_progress"],
    ["done", "done"],
    ["review", "unknown"],
  ])("of category %s are %s", async (key, status) => {
    const { data } = await ticket({ status: { name: "Sichtung", statusCategory: { key } } });
    expect(data.tickets).toMatchObject([{ status, vendor_status: "Sichtung" }]);
  });

  test.each([
    [{ name: "P1", id: "7" }, "Critical"],
    [{ name: "Highest", id: "1" }, "Critical"],
    [{ name: "Hoch", id: "2" }, "Other"],
    [{ id: "2" }, "Other"],
    [{}, "Unknown"],
  ])("for the priority %j are %s", async (priority, said) => {
    const { data } = await ticket({ priority });
    expect(data.tickets).toMatchObject([{ priority: said }]);
  });
});

describe("a ticket that is named", () => {
  const named = (getIssue: object, args: object) =>
    readRecorded(searchTickets, { getIssue, getCurrentUser }, { args, env });

  test("and isn't there is not found, which is no empty list", async () => {
    const { answer } = await named(
      { errorMessages: ["Issue does not exist"], errors: {} },
      { query: "SEC-9" },
    );
    expect(answer).toMatchObject({ status: "not_found", resource: { kind: "ticket", id: "SEC-9" } });
  });

  test("and has another status is there, and not in the list", async () => {
    const { answer } = await named(record, { query: "SEC-7", status: "done" });
    expect(answer).toMatchObject({
      status: "ok",
      data: { tickets: [] },
      coverage: { sources: [{ matched: [{ id: "jira:SEC-7", by: "id" }] }] },
    });
  });

  test("and has a status that we don't know counts as open, as in a search", async () => {
    const { answer } = await named({ key: "SEC-7" }, { query: "SEC-7", status: "open" });
    expect(answer).toMatchObject({ data: { tickets: [{ status: "unknown" }] } });
  });
});

describe("what is sent for each filter", () => {
  test.each([
    [{}, 'project = "SEC" ORDER BY created DESC', []],
    [{ query: "ssl" }, 'project = "SEC" AND text ~ "\\"ssl\\"" ORDER BY created DESC', ["query"]],
    [
      { status: "open" },
      'project = "SEC" AND statusCategory != "In Progress" AND statusCategory != "Done" ORDER BY created DESC',
      [],
    ],
    [
      { status: "in_progress" },
      'project = "SEC" AND statusCategory = "In Progress" ORDER BY created DESC',
      [],
    ],
    [{ status: "done" }, 'project = "SEC" AND statusCategory = "Done" ORDER BY created DESC', []],
  ])("%j", async (args, jql, about) => {
    const answers = { [SEARCH]: { issues: [], isLast: true }, getCurrentUser };
    const { through } = await readRecorded(searchTickets, answers, { args, env });
    expect(through.asked[0]).toMatchObject({ query: { jql }, about });
  });

  test("a ticket_id", async () => {
    const { through } = await readRecorded(
      searchTickets,
      { getIssue: record, getCurrentUser },
      { args: { query: "sec-7" }, env },
    );
    expect(through.asked[0]).toMatchObject({ path: "/rest/api/3/issue/SEC-7" });
  });
});
