/** Every read of Okta's, fed with one record that lacks something, or that can't be read, beside one that is whole. */
import { describe, expect, test } from "vitest";
import type * as z from "zod";
import { accountsUsedWithin, accountsWithMfa } from "../../../src/catalogue/controls/reads/accounts.ts";
import { usersInactive } from "../../../src/catalogue/controls/users-inactive.ts";
import type { Tool } from "../../../src/toolkit/tool.ts";
import type { Upstream } from "../../../src/toolkit/upstream/upstream.ts";
import { readTool } from "../../support/deployed.ts";
import { readRecorded, withoutEach } from "../../support/records.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const getUser = readTool("get_user");
const searchSignIns = readTool("search_sign_ins");
const searchUsers = readTool("search_users");

const NOW = Date.parse("2026-11-22T10:00:00.000Z");
const env = { OKTA_BASE_URL: "https://acme.okta.com" } as Env;

const user = {
  id: "00uOne",
  status: "ACTIVE",
  created: "2020-01-01T00:00:00.000Z",
  lastLogin: "2026-11-21T10:00:00.000Z",
  profile: { login: "ada@acme.test", email: "ada@acme.test", firstName: "Ada", lastName: "Moreau" },
};
const other = { ...user, id: "00uTwo" };

const event = {
  uuid: "e1",
  published: "2026-11-22T09:00:00.000Z",
  eventType: "user.session.start",
  outcome: { result: "FAILURE", reason: "INVALID_CREDENTIALS" },
  actor: { id: "00uOne", type: "User", alternateId: "ada@acme.test", displayName: "Ada Moreau" },
  target: null,
  client: {
    ipAddress: "198.51.100.7",
    userAgent: { os: "Windows 10" },
    geographicalContext: { city: "Oslo", country: "Norway" },
  },
  debugContext: { debugData: { factor: "OKTA_VERIFY_PUSH" } },
};
const otherEvent = { ...event, uuid: "e2" };
const factor = {
  id: "opf1",
  factorType: "push",
  status: "ACTIVE",
  _embedded: { activation: { sharedSecret: "s" } },
};
const role = { id: "ra1", type: "SUPER_ADMIN", label: "Super Administrator" };

const USUAL = { getUser: user, listFactors: [factor], listAssignedRolesForUser: [role] };

/** The records in an answer, and what it says of its being whole. */
async function read(tool: Tool, args: object, answers: Record<string, unknown>) {
  const { answer } = await readRecorded(tool, { ...USUAL, ...answers }, { args, env });
  if (answer.status !== "ok" || !("coverage" in answer)) throw new Error("it is there");
  const { data, coverage } = answer;
  const lists = Object.values(data).filter((value) => Array.isArray(value));
  return { items: (lists[0] ?? [data]) as Record<string, unknown>[], coverage };
}

const LISTS = [
  ["search_users", searchUsers, "listUsers", user, other, ["id"]],
  ["search_sign_ins", searchSignIns, "listLogEvents", event, otherEvent, ["uuid", "eventType"]],
] as const;

describe.each(LISTS)("a page of %s", (_name, tool, operation, record, whole, needed) => {
  test.each(withoutEach(record, needed))(
    "comes through with a record that has %s",
    async (_path, lacking) => {
      const { items, coverage } = await read(tool, {}, { [operation]: [lacking, whole] });
      expect(items).toHaveLength(2);
      expect(coverage).toMatchObject({ complete: true, unreadable: 0 });
    },
  );

  test.each([
    ["no object", "x"],
    ["an id that is none", { ...record, id: 4, uuid: 4 }],
    ["a text in place of an object", { ...record, profile: "x", outcome: "x" }],
  ])("comes through without a record that is %s, and says so", async (_what, unreadable) => {
    const { items, coverage } = await read(tool, {}, { [operation]: [unreadable, whole] });
    expect(items).toHaveLength(1);
    expect(coverage).toMatchObject({ complete: false, unreadable: 1 });
  });

  test("is a changed contract where no record can be read", async () => {
    await expect(read(tool, {}, { [operation]: ["x", 4] })).rejects.toThrow();
  });
});

describe("get_user", () => {
  test.each(withoutEach(user, ["id"]))("shows an account that has %s", async (_path, lacking) => {
    const { coverage } = await read(getUser, { user_id: user.id }, { getUser: lacking });
    expect(coverage).toMatchObject({ complete: true });
  });

  test.each([
    ["listFactors", "has_mfa", [factor, { factorType: 4 }], true],
    ["listFactors", "has_mfa", [{ factorType: "question", status: "ACTIVE" }, { status: "ACTIVE" }], null],
    ["listAssignedRolesForUser", "administrator", [role, { label: "x" }], true],
    ["listAssignedRolesForUser", "administrator", [{ type: "AGENT_ADMIN" }, { label: "x" }], null],
  ])(
    "of a list %s that is partly unreadable says %s as far as it can",
    async (operation, field, list, said) => {
      const { items, coverage } = await read(getUser, { user_id: user.id }, { [operation]: list });
      expect(items[0]?.[field]).toBe(said);
      expect(coverage).toMatchObject({ complete: false, unreadable: 1 });
      expect(JSON.stringify(items)).not.toContain("sharedSecret");
    },
  );
});

describe("a control", () => {
  const judged = async (users: readonly object[], answers: Record<string, unknown> = {}) => {
    const upstream = new RecordedRequests({ ...USUAL, listUsers: users, ...answers });
    const part = await accountsUsedWithin(90).run(upstream, { env, now: NOW });
    const found = usersInactive.judge({ accounts: part.items } as never, NOW);
    return { part, found: found.map(({ resource }) => resource.uid) };
  };
  const never = { ...user, id: "00uNever", lastLogin: null };

  test("counts an account once, however often Okta lists it", async () => {
    const { part, found } = await judged([never, never, other]);
    expect(part).toMatchObject({ error: null, items: [{ user_id: "00uNever" }, { user_id: "00uTwo" }] });
    expect(found).toEqual(["00uNever"]);
  });

  test.each([
    ["lastLogin is left out", { ...user, lastLogin: undefined }],
    ["neither a sign-in nor a creation is known", { ...user, lastLogin: null, created: null }],
    ["the record can't be read", { ...user, lastLogin: 4 }],
  ])("stays open where %s: it must not count as a pass", async (_what, record) => {
    const { part, found } = await judged([record, other]);
    expect(part.error).toMatchObject({ code: "upstream_contract_changed" });
    expect(found).toEqual([]);
  });

  test("needs no sign-in of an account that is too young to be unused", async () => {
    const young = { ...user, lastLogin: undefined, created: "2026-11-01T00:00:00.000Z" };
    expect((await judged([young])).part.error).toBeNull();
  });

  test.each([
    ["of a type that isn't known", [{ factorType: "face_scan", status: "ACTIVE" }]],
    ["of a status that isn't known", [{ factorType: "push", status: "RESTING" }]],
    ["that can't be read", [{ factorType: "question", status: "ACTIVE" }, { factorType: 4 }]],
  ])("of MFA stays open where it depends on a factor %s", async (_what, factors) => {
    const upstream = new RecordedRequests({ ...USUAL, listUsers: [user], listFactors: factors });
    const part = await accountsWithMfa.run(upstream, { env, now: NOW });
    expect(part).toMatchObject({ items: [], error: { code: "upstream_contract_changed" } });
  });
});

test("a page of accounts as long as it may be, without links to it or from it, isn't the end", async () => {
  const full = Array.from({ length: 200 }, (_, nth) => ({ ...user, id: `00u${nth}` }));
  const listed = accountsUsedWithin(90).run(new RecordedRequests({ listUsers: full }), { env, now: NOW });
  await expect(listed).rejects.toMatchObject({ code: "upstream_contract_changed" });
  const last = new RecordedRequests({ listUsers: full.slice(1) });
  expect((await accountsUsedWithin(90).run(last, { env, now: NOW })).error).toBeNull();
});

describe("the accounts that a control reads", () => {
  /** An Okta whose pages follow each other as `next` says, without end where it never says `null`. */
  function pages(next: (after: string | null) => string | null): Upstream & { asked: number } {
    const upstream = {
      source: "okta",
      asked: 0,
      read: () => Promise.reject(new Error("not asked here")),
      readList: () => Promise.reject(new Error("not asked here")),
      async readWithHeaders<Schema extends z.ZodType>(
        { query }: { query?: Readonly<Record<string, string | readonly string[]>> },
        schema: Schema,
      ) {
        upstream.asked += 1;
        const after = next((query?.after as string | undefined) ?? null);
        const link = `<https://acme.okta.com/api/v1/users?after=${after}>; rel="next"`;
        const headers = new Headers(after === null ? {} : { link });
        return { body: schema.parse([{ ...user, id: `00u${upstream.asked}` }]), headers };
      },
    };
    return upstream as unknown as Upstream & { asked: number };
  }

  test("end where a page leads to itself, after two requests, and aren't whole", async () => {
    const upstream = pages(() => "same");
    const part = await accountsUsedWithin(90).run(upstream, { env, now: NOW });
    expect(part.error).toMatchObject({ code: "upstream_contract_changed" });
    expect(upstream.asked).toBe(2);
  });

  test("end where pages lead round in a circle", async () => {
    const upstream = pages((after) => (after === "a" ? "b" : "a"));
    const part = await accountsUsedWithin(90).run(upstream, { env, now: NOW });
    expect(part.error).toMatchObject({ code: "upstream_contract_changed" });
    expect(upstream.asked).toBe(3);
  });

  test("are whole where the last page has no next", async () => {
    const part = await accountsUsedWithin(90).run(
      pages((after) => (after === null ? "a" : null)),
      { env, now: NOW },
    );
    expect(part).toMatchObject({ error: null, items: [{ user_id: "00u1" }, { user_id: "00u2" }] });
  });
});
