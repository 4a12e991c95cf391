import { beforeAll, describe, expect, it } from "vitest";
import { vendors } from "../../lab/vendors.ts";
import { findCreation, getIssue, searchIssues } from "../../src/connectors/jira/issues.ts";
import { ticketsJql } from "../../src/connectors/jira/jql.ts";
import { RecordedRequests } from "../connectors/recorded-requests.ts";
import { effects, fault, lab } from "../lab/support/estate.ts";
import { issueFields, Jira } from "../lab/support/jira.ts";
import { changeAt } from "../support/deployed.ts";
import { folder, VendorDocument, why } from "./vendor-document.ts";

const createTicket = changeAt("create_ticket");

const SEARCH = "searchAndReconsileIssuesUsingJql";

describe.skipIf(!folder)(`Jira, held against the vendor's document${why}`, () => {
  let document: VendorDocument;

  beforeAll(() => {
    document = new VendorDocument("jira.json");
  });

  it("has every operation under the document's path and method", () => {
    const simulators = vendors.map((vendor) => vendor({ storage: {} } as never));
    const operations = simulators.find(({ vendor }) => vendor === "jira")?.operations ?? [];
    const checked = ["getCreateIssueMetaIssueTypes", "getCreateIssueMetaIssueTypeId"];
    // The document that this is held against is cut to what tools ask; these are asked by checks only.
    const asked = operations.filter(({ id }) => !checked.includes(id));
    expect(asked).toHaveLength(5);
    for (const { id, method, path } of asked) {
      expect(document.paths[path]?.[method.toLowerCase()]?.operationId).toBe(id);
    }
  });

  it("says who somebody is as documented", async () => {
    const world = await lab();
    for (const jira of [new Jira(world, "read"), new Jira(world)]) {
      document.expectDocumented("getCurrentUser", await jira.myself());
      document.expectDocumented("getCurrentUser", await jira.myself({ expand: "groups" }));
    }
  });

  it("finds and reads issues as documented, each of them, with no property that the document hasn't", async () => {
    const world = await lab();
    const jira = new Jira(world, "read");
    const found = await jira.search("project in (SEC, HR)", { maxResults: "100", fields: "*all" });
    document.expectDocumented(SEARCH, found);
    expect(found.body.issues).toHaveLength(64);
    document.expectDocumented(SEARCH, await jira.search("project = SEC", { maxResults: "5" }));
    document.expectDocumented(SEARCH, await new Jira(world).search("project = SEC"));
    document.expectDocumented(SEARCH, await jira.search("order by created"));
    const posted = await jira.send("POST", "/rest/api/3/search/jql", { jql: "project = SEC", maxResults: 2 });
    expect(posted.status).toBe(200);
    document.expectDocumented(`${SEARCH}Post`, posted);
    document.expectDocumented("getIssue", await jira.issue("SEC-1"));
    document.expectDocumented("getIssue", await jira.issue("SEC-999"));
  });

  it("creates issues as documented, success, refusal and failure alike", async () => {
    const world = await lab();
    const jira = new Jira(world, "create");
    const answers = [
      await jira.create(),
      await jira.create(issueFields({ priority: { name: "Urgent" } })),
      await new Jira(world).create(),
      await new Jira(world, "read").create(),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 400, 401, 403]);
    for (const answer of answers) document.expectDocumented("createIssue", answer);
    expect(await effects(world)).toHaveLength(1);
  });

  it("breaks the document when a fault has it drift", async () => {
    const world = await lab();
    await fault(world, { vendor: "jira", mode: "drift" });
    const created = await new Jira(world, "create").create();
    expect(() => document.expectDocumented("createIssue", created)).toThrow();
    const found = await new Jira(world, "read").search("project = SEC", { fields: "summary" });
    expect(() => document.expectDocumented(SEARCH, found)).toThrow();
  });

  it("is asked by requests that the document knows, and that the lab accepts", async () => {
    const through = new RecordedRequests({
      // A page behind another one holds something.
      [SEARCH]: { issues: [{ key: "SEC-1", fields: { labels: ["op_1"] } }], isLast: true },
      getIssue: { errorMessages: ["Issue does not exist"], errors: {} },
      getCurrentUser: { accountId: "712020:sallyport-read" },
    });
    await searchIssues(through, ticketsJql("SEC", { query: "openssl", status: "open" }), 25, null, ["query"]);
    await searchIssues(through, ticketsJql("SEC", {}), 25, "token", []);
    await getIssue(through, "SEC-1", "SEC");
    await getIssue(through, "SEC-1", "SEC", "summary,description");
    await findCreation(through, "SEC", "op_1");
    const env = {
      JIRA_PROJECT: "SEC",
      JIRA_ISSUE_TYPE: "Task",
      JIRA_PRIORITIES: '{"critical":"Highest"}',
    } as Env;
    const input = createTicket.input.parse({ title: "Look", description: "a\n\nb\nc", priority: "critical" });
    const creation = createTicket.request(input, "op_1", env);
    expect(through.asked).toHaveLength(10);
    for (const request of [...through.asked, creation]) document.expectRequest(request);
    const { method, path, json } = creation;
    expect((await new Jira(await lab(), "create").send(method, path, json)).status).toBe(201);
  });
});
