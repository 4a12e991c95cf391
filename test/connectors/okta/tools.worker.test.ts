import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { labOktaKeys } from "../../../cli/local/lab-keys.ts";
import { oktaAccounts } from "../../../lab/okta/accounts.ts";
import type { SignIn } from "../../../src/capabilities/identities/sign-in.ts";
import type { User } from "../../../src/capabilities/identities/user.ts";
import { enabledAccounts, withFactors } from "../../../src/connectors/okta/users/accounts.ts";
import { breakerReport } from "../../../src/downstream/circuit.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import type { ReadTool } from "../../../src/toolkit/read.ts";
import { mintingOf } from "../../../src/toolkit/upstream/settings-of.ts";
import { clearFaults, type Fault, inject, requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { changeAt, credentialOf, readTool } from "../../support/deployed.ts";

const getUser = readTool("get_user");
const searchSignIns = readTool("search_sign_ins");
const searchUsers = readTool("search_users");
const suspendUser = changeAt("suspend_user");

const NOBODY = `00u${"0".repeat(17)}`;
const DAY_MS = 86_400_000;

const reader = () => upstreamFor(env, credentialOf("okta.read"));
const fault = (given: Fault) => inject({ vendor: "okta", ...given });

async function run(tool: ReadTool, input: object) {
  const principal = {
    tenant: "acme",
    subject: "ada",
    display: "Ada",
    roles: [],
    client_id: "test",
    scopes: [],
    session_id: "s",
  };
  const context = { env, principal, now: Date.now(), upstream: reader, progress: () => undefined };
  return tool.run(tool.input.parse(input), context);
}

async function search<Item>(tool: ReadTool, list: string, input: object) {
  const outcome = await run(tool, input);
  if (outcome.outcome !== "found") throw new Error("a search finds, if only nothing");
  const data = tool.output.parse(outcome.data) as Record<string, Item[]>;
  return { items: data[list] ?? [], next_cursor: outcome.next_cursor ?? null, sources: outcome.sources };
}

const users = (input: object = {}) => search<User>(searchUsers, "users", input);
const signIns = (input: object = {}) => search<SignIn>(searchSignIns, "sign_ins", input);

async function one(input: object): Promise<User> {
  const [user] = (await users({ limit: 1, ...input })).items;
  if (user === undefined) throw new Error("the lab has no such user");
  return user;
}

beforeEach(async () => {
  await resetLab();
  breakerReport("okta.read", true);
});

describe("search_users", () => {
  test("shows everybody who isn't deactivated once, page by page", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await users({ limit: 60, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.items.map(({ user_id }) => user_id));
      cursor = page.next_cursor;
    } while (cursor !== null && seen.length < 1000);
    expect(seen).toHaveLength(154);
    expect(new Set(seen).size).toBe(154);
  });

  test("finds somebody by the beginnings of a name, by address and by id", async () => {
    const { user_id } = await one({ query: "Ada Moreau" });
    for (const query of ["Ada Moreau", "mor ad", "ADMIN@acme.test", user_id]) {
      const { items } = await users({ query, limit: 100 });
      expect(items.map((user) => user.user_id)).toContain(user_id);
    }
  });

  test.each(["suspended", "locked_out", "deactivated", "pending", "password_expired", "recovery"])(
    "finds by the status %s those who have it, and nobody else",
    async (status) => {
      const { items } = await users({ status, limit: 100 });
      expect(items.length).toBeGreaterThan(0);
      expect(new Set(items.map((user) => user.status))).toEqual(new Set([status]));
    },
  );

  test("that finds nobody is a whole answer with nothing in it", async () => {
    expect(await users({ query: "nobody-of-that-name" })).toMatchObject({
      items: [],
      next_cursor: null,
      sources: [{ source: "okta", status: "ok", count: 0 }],
    });
  });

  test("refuses a cursor of another search", async () => {
    const { next_cursor } = await users({ status: "active" });
    expect(next_cursor).not.toBeNull();
    await expect(users({ status: "suspended", cursor: next_cursor })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});

describe("get_user", () => {
  test("shows an account with what its record doesn't say", async () => {
    const admin = await one({ query: "admin@acme.test" });
    expect(await run(getUser, { user_id: admin.user_id })).toMatchObject({
      outcome: "found",
      data: { ...admin, has_mfa: true, administrator: true },
      sources: [{ status: "ok", count: 1 }],
    });
    const viewer = await one({ query: "viewer@acme.test" });
    expect(await run(getUser, { user_id: viewer.user_id })).toMatchObject({ data: { administrator: false } });
  });

  test("says that there is no such user only when Okta says so", async () => {
    expect(await run(getUser, { user_id: NOBODY })).toMatchObject({
      outcome: "not_found",
      resource: { kind: "user", id: NOBODY },
    });
    await fault({ operation: "getUser", mode: "html", status: 404 });
    await expect(run(getUser, { user_id: NOBODY })).rejects.toMatchObject({ code: "misconfigured" });
  });

  test.each([
    ["listFactors", "has_mfa"],
    ["listAssignedRolesForUser", "administrator"],
  ])(
    "without %s shows what it has, says what it hasn't, and that it is incomplete",
    async (operation, field) => {
      const { user_id } = await one({ status: "active" });
      await fault({ operation, mode: "status", status: 403 });
      expect(await run(getUser, { user_id })).toMatchObject({
        outcome: "found",
        data: { user_id, [field]: null },
        sources: [{ status: "error", count: 1, error: { code: "credential_rejected" } }],
      });
    },
  );

  test.each(["me", "admin@acme.test"])("takes %s for no id", (user_id) => {
    expect(getUser.input.safeParse({ user_id }).success).toBe(false);
  });

  test("takes a login for nobody's id, though Okta would describe its owner", async () => {
    expect(await run(getUser, { user_id: "admin" })).toMatchObject({ outcome: "not_found" });
  });

  test("leaves open what rests on a word of Okta's that isn't known here", async () => {
    const of_unknown_role = oktaAccounts.find(({ roles }) =>
      roles.some(({ type }) => type === "AGENT_ADMIN"),
    );
    expect(await run(getUser, { user_id: of_unknown_role?.id })).toMatchObject({
      data: { administrator: null, has_mfa: true },
      sources: [{ status: "ok" }],
    });
  });
});

describe("search_sign_ins", () => {
  test("shows the newest first, each once, page by page", async () => {
    const seen: SignIn[] = [];
    let cursor: string | null = null;
    do {
      const page = await signIns({ limit: 100, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null && seen.length < 2000);
    expect(new Set(seen.map(({ uid }) => uid)).size).toBe(seen.length);
    const times = seen.map(({ time }) => time);
    expect(times).toEqual(times.toSorted().reverse());
    expect(seen.length).toBeGreaterThan(300);
  });

  test("of one user, how they ended, and since when", async () => {
    const { user_id } = await one({ status: "locked_out" });
    const failures = await signIns({ user_id, outcome: "failure" });
    expect(failures.items.map(({ status_detail }) => status_detail)).toEqual([
      "LOCKED_OUT",
      "INVALID_CREDENTIALS",
      "INVALID_CREDENTIALS",
    ]);
    expect(failures.items.map(({ kind }) => kind)).toEqual(["lock", "session", "session"]);
    const all = await signIns({ user_id });
    expect(new Set(all.items.map(({ actor }) => actor.user.user_id))).toEqual(new Set([user_id]));
    expect(all.items.length).toBeGreaterThan(failures.items.length);
    const since = failures.items[1]?.time;
    expect((await signIns({ user_id, since })).items).toHaveLength(2);
    const earlier = (await signIns({ user_id, until: since })).items;
    expect(earlier).toHaveLength(all.items.length - 1);
  });

  test("shows pushes until somebody gives in, whichever engine writes them", async () => {
    const { items } = await signIns({ ip: "198.51.100.23", limit: 100 });
    const pushes = items.filter(({ auth_factor }) => auth_factor === "OKTA_VERIFY_PUSH");
    expect(pushes.filter(({ kind }) => kind === "mfa_challenge")).toHaveLength(6);
    expect(pushes.filter(({ kind, status }) => kind === "mfa" && status === "Failure")).toHaveLength(4);
    expect(pushes.filter(({ kind, status }) => kind === "mfa" && status === "Success")).toHaveLength(1);
    const [denial] = items.filter(({ kind }) => kind === "policy");
    expect(denial).toMatchObject({ status: "Failure", vendor_status: "DENY", service: { name: "Wiki" } });
    // One account's: what it did, and what was done with it.
    const user_id = pushes[0]?.user.user_id ?? "";
    const own = await signIns({ user_id, limit: 100 });
    expect(own.items.map(({ vendor_event }) => vendor_event)).toEqual(
      expect.arrayContaining(["user.authentication.auth_via_IDP", "policy.evaluate_sign_on"]),
    );
  });

  test("of somebody who isn't there are not found, and of somebody who never signed in are none", async () => {
    expect(await run(searchSignIns, { user_id: NOBODY })).toMatchObject({
      outcome: "not_found",
      resource: { kind: "user", id: NOBODY },
      sources: [{ status: "not_found", count: 0 }],
    });
    const { user_id } = await one({ status: "pending" });
    const { items, sources } = await signIns({ user_id });
    expect(items).toEqual([]);
    expect(sources).toMatchObject([{ status: "ok", matched: [{ id: user_id, by: "id" }] }]);
  });

  test("of an address that nobody came from say that the log keeps no list of those", async () => {
    expect((await signIns({ ip: "203.0.113.250" })).sources).toMatchObject([{ status: "ok", matched: null }]);
    await expect(signIns({ ip: "203.0.113.*" })).rejects.toMatchObject({ code: "unsupported_filter" });
  });

  test("name the time that was looked through, the same on each page, and how far the log reaches", async () => {
    const first = await run(searchSignIns, { limit: 1 });
    if (first.outcome !== "found") throw new Error("there are sign-ins");
    const since = String(first.searched?.since);
    expect(Date.now() - Date.parse(since)).toBeGreaterThan(7 * DAY_MS - 60_000);
    expect(first.sources[0]?.as_of).toBeDefined();
    const second = await run(searchSignIns, { limit: 1, cursor: first.next_cursor });
    expect(second).toMatchObject({ searched: { since } });
  });

  test.each([
    ["since", { since: new Date(Date.now() - 92 * DAY_MS).toISOString() }],
    ["until", { since: new Date().toISOString(), until: new Date(Date.now() - DAY_MS).toISOString() }],
  ])("are refused for a time that the log can't tell of: %s", async (path, times) => {
    await expect(signIns(times)).rejects.toMatchObject({
      code: "unsupported_filter",
      detail: { issues: [{ path }] },
    });
  });

  test("shows attempts on accounts that don't exist", async () => {
    const { items } = await signIns({ outcome: "failure", limit: 100 });
    const strangers = items.filter(({ user, kind }) => user.user_id === null && kind === "session");
    expect(new Set(strangers.map(({ user }) => user.name))).toEqual(
      new Set(["administrator@acme.test", "root@acme.test", null]),
    );
  });
});

describe("no failure passes for an answer", () => {
  const reads: Record<string, () => Promise<unknown>> = {
    listUsers: () => users({ query: "Ada" }),
    getUser: () => run(getUser, { user_id: NOBODY }),
    listLogEvents: () => signIns(),
  };

  test.each(
    Object.keys(reads).flatMap((operation) => [
      [operation, "partial", "transient", "upstream_unavailable"],
      [operation, "reset", "transient", "upstream_unavailable"],
      [operation, "html", "transient", "upstream_unavailable"],
      [operation, "status", "transient", "upstream_unavailable"],
      [operation, "malformed", "contract", "upstream_contract_changed"],
      [operation, "drift", "contract", "upstream_contract_changed"],
    ]),
  )("%s %s is %s", async (operation = "", mode = "", kind, code) => {
    const { user_id } = await one({ status: "active" });
    await fault({ operation, mode });
    const read = operation === "getUser" ? run(getUser, { user_id }) : reads[operation]?.();
    await expect(read).rejects.toMatchObject({ kind, code });
  });

  test.each([
    ["listUsers", () => users(), "0.id"],
    ["listLogEvents", () => signIns(), "0.eventType"],
  ])("a drift of %s is named by its path", async (operation, read, contract_path) => {
    await fault({ operation, mode: "drift" });
    await expect(read()).rejects.toMatchObject({ detail: { contract_path } });
  });

  test("a rate limit says when to come back, by Okta's clock", async () => {
    await fault({ operation: "listUsers", mode: "rate_limit", delay_ms: 60_000 });
    const failure = await users().catch((thrown) => thrown);
    expect(failure).toMatchObject({ code: "rate_limited" });
    expect(failure.detail.retry_after_ms).toBeGreaterThan(55_000);
    expect(failure.detail.retry_after_ms).toBeLessThanOrEqual(62_000);
  });

  test("an expired token is renewed, and nobody notices", async () => {
    await users({ limit: 1 });
    await fault({ operation: "listUsers", mode: "expire_tokens" });
    expect((await users({ limit: 1 })).items).toHaveLength(1);
    expect(await requestsOf("token")).toHaveLength(1);
  });
});

describe("what the gate reads", () => {
  const inspect = (user_id: string) => suspendUser.inspect({ user_id }, reader(), env, "op_1");

  test("says who is an administrator, by their own role or a group's", async () => {
    const { accounts } = await enabledAccounts(reader(), env);
    const seen = await Promise.all(
      accounts.slice(-15).map(async ({ user_id }) => (await inspect(user_id)) as { attributes: object }),
    );
    expect(
      seen.filter(({ attributes }) => "administrator" in attributes && attributes.administrator),
    ).toHaveLength(6);
    // A role that we don't know makes it unknown, which the gate takes for yes.
    expect(
      seen.filter(({ attributes }) => (attributes as { administrator: unknown }).administrator === null),
    ).toHaveLength(1);
  });

  test.each(["status", "drift", "partial", "malformed", "reset"])(
    "fails when the roles can't be read (%s): not known is not no",
    async (mode) => {
      const { user_id } = await one({ status: "active" });
      await fault({ operation: "listAssignedRolesForUser", mode });
      await expect(inspect(user_id)).rejects.toMatchObject({ name: "Failure" });
    },
  );

  test("fails when Okta describes the user and denies that there are roles of one", async () => {
    const { user_id } = await one({ status: "active" });
    await fault({ operation: "listAssignedRolesForUser", mode: "status", status: 404 });
    await expect(inspect(user_id)).rejects.toMatchObject({ code: "upstream_contract_changed" });
  });
});

describe("what controls read", () => {
  test("are all accounts that can be used, with when they were last used", async () => {
    const { accounts, lacking } = await enabledAccounts(reader(), env);
    expect(lacking).toBeNull();
    expect(accounts).toHaveLength(146);
    const idle = accounts.filter(
      ({ last_login_time, created_time }) =>
        Date.now() - Date.parse(last_login_time ?? created_time ?? "") > 90 * DAY_MS,
    );
    expect(idle).toHaveLength(9);
  });

  test("with who has no MFA: not whoever began to enrol it, or has a question only", async () => {
    const { accounts } = await enabledAccounts(reader(), env);
    const read = await withFactors(reader(), accounts);
    expect(read.lacking).toBeNull();
    expect(read.accounts.filter(({ has_mfa }) => has_mfa === false)).toHaveLength(10);
    expect(read.accounts.filter(({ has_mfa }) => has_mfa === null)).toEqual([]);
    expect(JSON.stringify(read)).not.toMatch(/secret|_embedded/i);
  });

  test("say so when a part is lacking, and never fill it in", async () => {
    const { accounts } = await enabledAccounts(reader(), env);
    await fault({ operation: "listFactors", mode: "status", status: 403 });
    const read = await withFactors(reader(), accounts);
    expect(read.lacking).toMatchObject({ code: "credential_rejected" });
    expect(read.accounts).toHaveLength(accounts.length);
    expect(new Set(read.accounts.map(({ has_mfa }) => has_mfa))).toEqual(new Set([null]));
    // It doesn't go on asking, either.
    expect((await requestsOf("listFactors")).length).toBeLessThanOrEqual(4);
  });
});

describe("a credential", () => {
  const mint = (changes: Record<string, string>) =>
    credentialOf("okta.read").mint(
      mintingOf(
        { ...env, ...changes } as Env,
        credentialOf("okta.read"),
        Date.now(),
        AbortSignal.timeout(5000),
      ),
    );

  test("gets a token with its own key, and with no other", async () => {
    expect((await mint({})).expires_at).toBeGreaterThan(Date.now() + 3000_000);
    await expect(mint({ OKTA_READ_PRIVATE_KEY: labOktaKeys.suspend })).rejects.toMatchObject({
      code: "credential_rejected",
    });
  });

  test("that may do more than read isn't used, and the scopes to revoke are named", async () => {
    const broad = { OKTA_READ_CLIENT_ID: "lab-okta-broad", OKTA_READ_PRIVATE_KEY: labOktaKeys.broad };
    await expect(mint(broad)).rejects.toMatchObject({
      code: "credential_rejected",
      message: expect.stringContaining("okta.users.manage okta.apps.manage"),
    });
  });

  test("that wasn't granted what it needs says what that is", async () => {
    const narrow = {
      OKTA_READ_CLIENT_ID: "lab-okta-suspend",
      OKTA_READ_PRIVATE_KEY: labOktaKeys.suspend,
      // Two purposes with one app are refused before anybody is asked.
      OKTA_SUSPEND_CLIENT_ID: "another",
    };
    await expect(mint(narrow)).rejects.toMatchObject({
      code: "credential_rejected",
      message: expect.stringContaining("okta.users.read okta.logs.read okta.roles.read"),
    });
  });

  test("is told apart from an Okta that can't answer", async () => {
    await fault({ operation: "token", mode: "rate_limit", delay_ms: 5000, times: 1 });
    await expect(mint({})).rejects.toMatchObject({ code: "rate_limited" });
    await fault({ operation: "token", mode: "drift", times: 1 });
    await expect(mint({})).rejects.toMatchObject({ detail: { contract_path: "access_token" } });
    await clearFaults();
  });
});
