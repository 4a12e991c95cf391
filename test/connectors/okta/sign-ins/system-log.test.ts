import { describe, expect, test } from "vitest";
import { sessionsEnded } from "../../../../src/connectors/okta/sign-ins/system-log.ts";
import type { Upstream, UpstreamRequest } from "../../../../src/toolkit/upstream/upstream.ts";
import { changeAt } from "../../../support/deployed.ts";

const endUserSessions = changeAt("end_user_sessions");

const user_id = "00ub0oNGTSWTBKOLGLNR";
const CLIENT = "0oaSallyport";
const FROM = Date.parse("2026-11-22T10:00:00Z");

const clear = (at: string, client: object | null, target = user_id) => ({
  uuid: `clear-${at}`,
  published: `2026-11-22T${at}.000Z`,
  eventType: "user.session.clear",
  outcome: { result: "SUCCESS" },
  target: [
    { id: "sess1", type: "Session" },
    { id: target, type: "User" },
  ],
  client,
});

const start = (at: string) => ({
  uuid: `start-${at}`,
  published: `2026-11-22T${at}.000Z`,
  eventType: "user.session.start",
  outcome: { result: "SUCCESS" },
  actor: { id: user_id },
});

/** An Okta whose log holds what is given, newest first, and which describes one user without roles. */
function oktaWith(
  clears: readonly object[],
  starts: readonly object[],
  asked: UpstreamRequest[] = [],
): Upstream {
  const answerOf = (request: UpstreamRequest): unknown => {
    asked.push(request);
    if (request.operation === "listAssignedRolesForUser") return [];
    if (request.operation === "getUser") {
      return {
        id: user_id,
        status: "ACTIVE",
        created: "2020-01-01T00:00:00.000Z",
        profile: { login: "ada" },
      };
    }
    const since = Date.parse(String(request.query?.since));
    const events = request.query?.filter?.includes("user.session.clear") ? clears : starts;
    return (events as { published: string }[]).filter(({ published }) => Date.parse(published) >= since);
  };
  return {
    source: "okta",
    read: async (request, schema) => schema.parse(answerOf(request)),
    readWithHeaders: async (request, schema) => ({
      body: schema.parse(answerOf(request)),
      headers: new Headers(),
    }),
    readList: () => Promise.reject(new Error("not asked here")),
  };
}

describe("the end of a user's sessions", () => {
  test("isn't there before it happened", async () => {
    expect(await sessionsEnded(oktaWith([clear("09:59:59", null)], []), user_id, FROM, CLIENT)).toBeNull();
  });

  test("is the last one, whoever ended them", async () => {
    const clears = [clear("10:02:00", { id: "0oaSomebody" }), clear("10:01:00", { id: CLIENT })];
    expect(await sessionsEnded(oktaWith(clears, [start("10:01:30")]), user_id, FROM, CLIENT)).toEqual({
      ended_time: "2026-11-22T10:02:00.000Z",
      ours: true,
      signed_in_since: false,
    });
  });

  test("isn't ours if another app did it, and may be ours if the log names none", async () => {
    const ours = async (client: object | null) =>
      (await sessionsEnded(oktaWith([clear("10:01:00", client)], []), user_id, FROM, CLIENT))?.ours;
    expect(await ours({ id: "0oaSomebody" })).toBe(false);
    expect(await ours({ id: CLIENT })).toBe(true);
    for (const client of [null, { id: null }, {}]) expect(await ours(client)).toBe(true);
  });

  test("of somebody else means that the filter was not understood", async () => {
    const clears = [clear("10:01:00", null, "00u1ero7vZFVEIYLWPBN")];
    await expect(sessionsEnded(oktaWith(clears, []), user_id, FROM, CLIENT)).rejects.toMatchObject({
      code: "upstream_contract_changed",
      detail: { contract_path: "0.target" },
    });
  });
});

describe("end_user_sessions reads back", () => {
  const env = { OKTA_SESSIONS_CLIENT_ID: CLIENT } as Env;
  /** Claimed at 10:00:00 UTC: a UUIDv7 begins with its time. */
  const claimed = `${FROM.toString(16)
    .padStart(12, "0")
    .replace(/^(.{8})/, "$1-")}-7000-8000-000000000000`;
  const operation_id = `op_${claimed}_0123456789abcdef`;
  const inspect = (okta: Upstream) => endUserSessions.inspect({ user_id }, okta, env, operation_id);

  test("that they were ended since it was asked for, by our clock or one a little behind", async () => {
    expect(await inspect(oktaWith([clear("09:59:57", { id: CLIENT })], []))).toMatchObject({
      in_effect: true,
      data: { sessions_ended_time: "2026-11-22T09:59:57.000Z" },
    });
    expect(await inspect(oktaWith([clear("09:59:54", { id: CLIENT })], []))).toMatchObject({
      in_effect: false,
      data: { sessions_ended_time: null },
    });
  });

  test("that they were, though the user has signed in again: it must not be sent twice", async () => {
    const again = [start("10:05:00")];
    const seen = await inspect(oktaWith([clear("10:01:00", { id: CLIENT })], again));
    expect(seen).toMatchObject({ in_effect: false, landed: true });
  });

  test("nothing, where another app ended them and the user has signed in again", async () => {
    const again = [start("10:05:00")];
    const seen = await inspect(oktaWith([clear("10:01:00", { id: "0oaSomebody" })], again));
    expect(seen).toMatchObject({ in_effect: false });
    expect(seen).not.toHaveProperty("landed");
  });
});
