import { describe, expect, it } from "vitest";
import { indexLagMs } from "../../lab/jira/issues.ts";
import { effects, fault, lab } from "./support/estate.ts";
import { issueFields, Jira } from "./support/jira.ts";

describe("a token", () => {
  it("that is wrong makes the caller nobody: searches find nothing, and only who-am-I refuses", async () => {
    const world = await lab();
    for (const nobody of [new Jira(world), new Jira(world, "read", "wrong")]) {
      const { status, body } = await nobody.search("project = SEC");
      expect(status).toBe(200);
      expect(body).toEqual({ issues: [], isLast: true });
      expect((await nobody.myself()).status).toBe(401);
      expect((await nobody.issue("SEC-1")).status).toBe(404);
      expect((await nobody.create()).status).toBe(401);
    }
    expect(await effects(world)).toEqual([]);
  });

  it("can do what its account may and no more", async () => {
    const world = await lab();
    const read = new Jira(world, "read");
    expect((await read.myself()).body).toMatchObject({ accountId: "712020:sallyport-read" });
    expect((await read.create()).status).toBe(403);
    expect((await new Jira(world, "create").create()).status).toBe(201);
    expect(await effects(world)).toHaveLength(1);
  });

  it("tells its account's groups where they are asked for", async () => {
    const jira = new Jira(await lab(), "read");
    expect((await jira.myself()).body.groups.items).toEqual([]);
    expect((await jira.myself({ expand: "groups" })).body.groups.items).toMatchObject([
      { name: "jira-users-acme" },
    ]);
  });
});

describe("a search", () => {
  it("brings ids alone unless fields are named", async () => {
    const jira = new Jira(await lab(), "read");
    expect(Object.keys((await jira.search("project = SEC")).body.issues[0])).toEqual(["id"]);
    const { body } = await jira.search("project = SEC", { fields: "summary,status" });
    expect(Object.keys(body.issues[0].fields).sort()).toEqual(["status", "summary"]);
  });

  it("goes through everything once, page by page, and the last page has no token", async () => {
    const jira = new Jira(await lab(), "read");
    const seen: string[] = [];
    let token = "";
    do {
      const { body } = await jira.search("project = SEC", {
        fields: "key",
        maxResults: "25",
        ...(token && { nextPageToken: token }),
      });
      seen.push(...body.issues.map(({ key }: { key: string }) => key));
      expect(body.isLast).toBe(!("nextPageToken" in body));
      token = body.nextPageToken ?? "";
    } while (token);
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
  });

  it("refuses a token of another query", async () => {
    const jira = new Jira(await lab(), "read");
    const { body } = await jira.search("project = SEC", { maxResults: "1" });
    const { status } = await jira.search("project = HR", { nextPageToken: body.nextPageToken });
    expect(status).toBe(400);
  });

  it.each([
    "",
    "order by created",
    "project = NONE",
    "project = SEC AND",
    "project = SEC OR",
    "statusCategory = nonsense",
    'text ~ "a OR b -c"',
    "color = red",
    "project = SEC) OR (project = HR",
  ])("refuses %j in the vendor's shape", async (jql) => {
    const { status, body } = await new Jira(await lab(), "read").search(jql);
    expect(status).toBe(400);
    expect(body).toEqual({ errorMessages: [expect.any(String)], errors: {} });
  });

  it("compares fields, words and categories, and orders", async () => {
    const jira = new Jira(await lab(), "read");
    const done = await jira.keys('project = SEC AND statusCategory = "Done"');
    const rest = await jira.keys('project = SEC AND statusCategory in ("To Do", "In Progress")');
    expect(done.length).toBeGreaterThan(3);
    const uncategorised = await jira.keys('project = SEC AND statusCategory = "No Category"');
    expect(uncategorised).toHaveLength(1);
    expect([...done, ...rest, ...uncategorised]).toHaveLength(60);
    const patches = await jira.keys('project = SEC AND text ~ "\\"patch openssl\\""');
    expect(patches.length).toBeGreaterThan(3);
    expect(await jira.keys('project = SEC AND text ~ "openssl patc*"')).toEqual(patches);
    expect(await jira.keys('project = SEC AND text ~ "\\"openssl patch\\""')).toEqual([]);
    const ascending = await jira.keys("project = SEC ORDER BY created ASC");
    expect(ascending[0]).toBe("SEC-1");
    expect(await jira.keys("project = SEC ORDER BY created DESC")).toEqual([...ascending].reverse());
  });
});

describe("a created issue", () => {
  it("is read by its key at once, and found by a search only after the index lag", async () => {
    const world = await lab();
    const create = new Jira(world, "create");
    const { key } = (await create.create(issueFields({ labels: ["op_lag"] }))).body;
    const read = new Jira(world, "read");
    expect((await read.issue(key)).body.fields.summary).toBe("Look into this");
    expect(await read.keys("project = SEC AND labels = op_lag")).toEqual([]);
    world.clock.ms += indexLagMs - 1;
    expect(await read.keys("project = SEC AND labels = op_lag")).toEqual([]);
    world.clock.ms += 1;
    expect(await read.keys("project = SEC AND labels = op_lag")).toEqual([key]);
  });

  it("is another one each time, whatever it is called, and each is an effect under its request's id", async () => {
    const world = await lab();
    const jira = new Jira(world, "create");
    const first = await jira.create(issueFields(), { "x-request-id": "op_1" });
    const second = await jira.create(issueFields(), { "x-request-id": "op_1" });
    expect([first.body.key, second.body.key]).toEqual(["SEC-61", "SEC-62"]);
    expect(await effects(world)).toMatchObject([
      { vendor: "jira", action: "createIssue", target: "ticket/SEC-61", request_id: "op_1" },
      { vendor: "jira", action: "createIssue", target: "ticket/SEC-62", request_id: "op_1" },
    ]);
  });

  it.each([
    ["project", { project: { key: "NONE" } }],
    ["issuetype", { issuetype: { name: "Epic" } }],
    ["summary", { summary: "" }],
    ["summary", { summary: "two\nlines" }],
    ["summary", { summary: "x".repeat(256) }],
    ["description", { description: "plain text" }],
    ["description", { description: { type: "doc", version: 1, content: [{ type: "text", text: "" }] } }],
    ["priority", { priority: { name: "Urgent" } }],
    ["labels", { labels: ["two words"] }],
    ["color", { color: "red" }],
  ])("isn't made with a wrong %s, which the refusal names", async (field, fields) => {
    const world = await lab();
    const { status, body } = await new Jira(world, "create").create(issueFields(fields));
    expect(status).toBe(400);
    expect(Object.keys(body.errors)).toEqual([field]);
    expect(await effects(world)).toEqual([]);
  });

  it("is gone after a reset", async () => {
    const world = await lab();
    await new Jira(world, "create").create();
    await fetch(`${world.url}/reset`, { method: "POST" });
    expect((await new Jira(world, "read").issue("SEC-61")).status).toBe(404);
  });
});

describe("a rate limit", () => {
  it("says when in seconds and as a moment, or as a moment alone", async () => {
    const world = await lab();
    await fault(world, { vendor: "jira", mode: "rate_limit", delay_ms: 1500 });
    const jira = new Jira(world, "read");
    const first = await jira.myself();
    expect(first.status).toBe(429);
    expect(first.headers.get("retry-after")).toBe("2");
    const reset = new Date(world.clock.ms + 1500).toISOString();
    expect(first.headers.get("x-ratelimit-reset")).toBe(reset);
    const second = await jira.myself();
    expect(second.headers.get("retry-after")).toBeNull();
    expect(second.headers.get("x-ratelimit-reset")).toBe(reset);
  });
});

describe("drift", () => {
  it("performs the effect, and renames what its caller relies on", async () => {
    const world = await lab();
    await fault(world, { vendor: "jira", mode: "drift" });
    const { status, body } = await new Jira(world, "create").create();
    expect(status).toBe(201);
    expect(Object.keys(body)).toEqual(["id", "issueKey", "self"]);
    expect(await effects(world)).toHaveLength(1);
    const page = await new Jira(world, "read").search("project = SEC", { fields: "summary,labels" });
    expect(page.body.issues).toBeUndefined();
    expect(typeof page.body.values[0].fields.labels).toBe("string");
  });
});
