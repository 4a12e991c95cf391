import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { jiraCredentials } from "../../../src/connectors/jira/credentials.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import { mintingOf } from "../../../src/toolkit/upstream/settings-of.ts";
import { inject, requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { readTool } from "../../support/deployed.ts";
import { rested } from "../../support/worker/credentials.ts";

const searchTickets = readTool("search_tickets");

const SEARCH = "searchAndReconsileIssuesUsingJql";

interface Ticket {
  readonly ticket_id: string;
  readonly title: string;
  readonly status: string;
}

async function search(input: object) {
  const principal = {
    tenant: "acme",
    subject: "ada",
    display: "Ada",
    roles: [],
    client_id: "test",
    scopes: [],
    session_id: "s",
  };
  const outcome = await searchTickets.run(searchTickets.input.parse(input), {
    env,
    principal,
    now: Date.now(),
    upstream: (name) => upstreamFor(env, name),
    progress: () => undefined,
  });
  if (outcome.outcome !== "found") throw new Error("a search finds, if only nothing");
  const { tickets } = searchTickets.output.parse(outcome.data) as { tickets: Ticket[] };
  return { tickets, next_cursor: outcome.next_cursor ?? null, sources: outcome.sources };
}

const mint = (changes: Partial<Env>, purpose: "read" | "create" = "read") =>
  jiraCredentials[purpose].mint(
    mintingOf({ ...env, ...changes } as Env, jiraCredentials[purpose], Date.now(), AbortSignal.timeout(5000)),
  );

beforeEach(async () => {
  await resetLab();
  await rested("jira.read", "jira.create");
});

describe("search_tickets", () => {
  test("shows every ticket of the project once, page by page, newest first, and none of another project", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await search({ limit: 25, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.tickets.map(({ ticket_id }) => ticket_id));
      cursor = page.next_cursor;
    } while (cursor !== null && seen.length < 500);
    expect(seen).toEqual(Array.from({ length: 60 }, (_, at) => `jira:SEC-${60 - at}`));
  });

  test("finds by words that must all occur, and by status", async () => {
    const { tickets } = await search({ query: "openssl patch", limit: 100 });
    expect(tickets.length).toBeGreaterThan(3);
    for (const { title } of tickets) expect(title).toMatch(/^Patch OpenSSL on /);
    const host = tickets[0]?.title.split(" ").at(-1) ?? "";
    const named = await search({ query: `patch ${host}` });
    expect(named.tickets).toContainEqual(tickets[0]);
    for (const status of ["open", "in_progress", "done"]) {
      const found = await search({ status, limit: 100 });
      expect(found.tickets.length).toBeGreaterThan(3);
      expect(new Set(found.tickets.map((ticket) => ticket.status))).toEqual(new Set([status]));
    }
  });

  test("finds one by its id, if its status is the one that is asked for", async () => {
    const { tickets } = await search({ query: "sec-7" });
    expect(tickets.map(({ ticket_id }) => ticket_id)).toEqual(["jira:SEC-7"]);
    const other = tickets[0]?.status === "done" ? "open" : "done";
    expect((await search({ query: "SEC-7", status: other })).tickets).toEqual([]);
    expect((await search({ query: "HR-1" })).tickets).toEqual([]);
  });

  test("that finds nothing is a whole answer with nothing in it", async () => {
    const { tickets, next_cursor, sources } = await search({ query: "nonesuch" });
    expect(tickets).toEqual([]);
    expect(next_cursor).toBeNull();
    expect(sources).toMatchObject([{ source: "jira", status: "ok", count: 0 }]);
  });

  test("refuses a cursor of another search", async () => {
    const { next_cursor } = await search({ limit: 1 });
    await expect(search({ limit: 1, status: "done", cursor: next_cursor })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  test.each([
    [SEARCH, { mode: "partial" }, "transient"],
    [SEARCH, { mode: "drift" }, "contract"],
    [SEARCH, { mode: "malformed" }, "contract"],
    [SEARCH, { mode: "html" }, "transient"],
    [SEARCH, { mode: "html", status: 200 }, "contract"],
    [SEARCH, { mode: "reset" }, "transient"],
    [SEARCH, { mode: "status", status: 500 }, "transient"],
    [SEARCH, { mode: "status", status: 400 }, "configuration"],
    [SEARCH, { mode: "status", status: 401 }, "configuration"],
    [SEARCH, { mode: "status", status: 403 }, "configuration"],
    [SEARCH, { mode: "rate_limit", delay_ms: 60_000 }, "transient"],
    ["getCurrentUser", { mode: "status", status: 401 }, "configuration"],
    ["getCurrentUser", { mode: "drift" }, "contract"],
    ["getIssue", { mode: "drift" }, "contract"],
    ["getIssue", { mode: "partial" }, "transient"],
    ["getIssue", { mode: "html", status: 404 }, "configuration"],
  ])("never takes a failure for nothing: %s %j is %s", async (operation, fault, kind) => {
    await inject({ vendor: "jira", operation, ...fault });
    await expect(search(operation === "getIssue" ? { query: "SEC-7" } : {})).rejects.toMatchObject({ kind });
  });

  test("goes on where a fault passes: a slow answer, a dead token, a short rate limit", async () => {
    await inject({ vendor: "jira", operation: SEARCH, mode: "slow", delay_ms: 50, times: 1 });
    await inject({ vendor: "jira", operation: SEARCH, mode: "expire_tokens", times: 1 });
    await inject({ vendor: "jira", operation: SEARCH, mode: "rate_limit", delay_ms: 500, times: 1 });
    for (let i = 0; i < 3; i++) expect((await search({ limit: 1 })).tickets).toHaveLength(1);
    expect((await requestsOf(SEARCH)).map(({ status }) => status)).toEqual([200, 401, 429, 200, 200]);
  });

  test("names in a drift what has changed, and how long a limit lasts", async () => {
    await inject({ vendor: "jira", operation: SEARCH, mode: "drift", times: 1 });
    await expect(search({})).rejects.toMatchObject({ detail: { contract_path: "issues" } });
    await inject({ vendor: "jira", operation: "getIssue", mode: "drift", times: 1 });
    await expect(search({ query: "SEC-7" })).rejects.toMatchObject({ detail: { contract_path: "key" } });
    await inject({ vendor: "jira", operation: SEARCH, mode: "rate_limit", delay_ms: 60_000, times: 1 });
    const failure = await search({}).catch((thrown) => thrown);
    expect(failure).toMatchObject({ code: "rate_limited" });
    expect(failure.detail.retry_after_ms).toBeGreaterThan(58_000);
  });
});

describe("a credential", () => {
  test("that is wrong is refused by its name, though Jira would let its searches pass", async () => {
    const failure = await mint({ JIRA_READ_API_TOKEN: "wrong-secret" }).catch((thrown) => thrown);
    expect(failure).toMatchObject({ code: "credential_rejected" });
    expect(failure.message).toContain("jira.read");
    expect(JSON.stringify(failure)).not.toContain("wrong-secret");
  });

  test("of an administrator is refused, and what to remove is named", async () => {
    const admin = {
      JIRA_CREATE_EMAIL: "jira-admin@acme.test",
      JIRA_CREATE_API_TOKEN: "lab-jira-admin-token",
    };
    await expect(mint(admin, "create")).rejects.toMatchObject({
      code: "credential_rejected",
      detail: { next_step: expect.stringContaining("jira-admins-acme") },
    });
  });

  test("is asked again before a quarter of an hour is over", async () => {
    const now = Date.now();
    expect((await mint({})).expires_at - now).toBeLessThanOrEqual(15 * 60_000 + 1000);
  });
});
