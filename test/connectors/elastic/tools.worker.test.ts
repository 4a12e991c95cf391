import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Alert } from "../../../src/capabilities/alerts/alert.ts";
import { breakerReport } from "../../../src/downstream/circuit.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import { effects, inject, requestsOf, resetLab } from "../../downstream/lab-control.ts";
import { changeAt, credentialOf, readTool } from "../../support/deployed.ts";
import { agentOf, call } from "../../support/worker/agent.ts";
import { signedIn } from "../../support/worker/people.ts";

const searchAlerts = readTool("search_alerts");
const openCase = changeAt("open_case");
const updateAlert = changeAt("update_alert");

const SEARCH = "SearchAlerts";
const SET = "SetAlertsStatus";
const FIND = "findCasesDefaultSpace";
const CREATE = "createCaseDefaultSpace";
const why = { reason: "Test of alerts" };

const fault = (operation: string, mode: string, more: object = {}) =>
  inject({ vendor: "elastic", operation, mode, ...more });
const reader = () => upstreamFor(env, credentialOf("elastic.read"));
const responder = async () => agentOf(await signedIn("hunter", "responder"), ["alerts:read", "alerts:write"]);
const idOf = (result: object) => (result as { operation?: { id: string } }).operation?.id;

async function search(input: object = {}) {
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
  const outcome = await searchAlerts.run(searchAlerts.input.parse(input), context);
  if (outcome.outcome !== "found") throw new Error("a search finds, if only nothing");
  const { alerts } = searchAlerts.output.parse(outcome.data) as { alerts: Alert[] };
  return { alerts, next_cursor: outcome.next_cursor ?? null, sources: outcome.sources };
}

async function everything(input: object = {}): Promise<Alert[]> {
  const found: Alert[] = [];
  let cursor: string | null = null;
  do {
    const page = await search({ limit: 100, ...input, ...(cursor === null ? {} : { cursor }) });
    found.push(...page.alerts);
    cursor = page.next_cursor;
  } while (cursor !== null && found.length < 1000);
  return found;
}

let taken = 0;
/** Operations outlive the lab's reset, so each test takes an alert of its own. */
async function openAlert(): Promise<Alert> {
  taken += 1;
  const alert = (await everything({ status: "open" }))[taken];
  if (alert === undefined) throw new Error("the lab has no open alert left");
  return alert;
}

beforeEach(async () => {
  await resetLab();
  for (const name of ["elastic.read", "elastic.alerts", "elastic.cases"] as const) breakerReport(name, true);
});

describe("search_alerts", () => {
  test("shows every alert once, newest first, though some are of the same moment", async () => {
    const whole = await everything();
    expect(whole).toHaveLength(180);
    expect(new Set(whole.map(({ alert_id }) => alert_id)).size).toBe(180);
    expect(new Set(whole.map(({ time }) => time)).size).toBeLessThan(180);
    expect(whole.map(({ time }) => time)).toEqual(
      whole
        .map(({ time }) => time)
        .toSorted()
        .toReversed(),
    );
    // A page that ends within a moment loses nothing of it.
    for (const limit of [1, 7, 60]) {
      expect(await everything({ limit, severity: ["critical"] })).toEqual(
        whole.filter(({ severity }) => severity === "Critical"),
      );
    }
  });

  test("finds by severity, by status and by time", async () => {
    const whole = await everything();
    const since = whole[40]?.time as string;
    const asked = { severity: ["high", "critical"], status: "open", since };
    expect(await everything(asked)).toEqual(
      whole.filter(
        ({ severity_id, status, time }) => severity_id >= 4 && status === "open" && (time ?? "") >= since,
      ),
    );
    const acknowledged = await everything({ status: "acknowledged" });
    expect(acknowledged.length).toBeGreaterThan(5);
  });

  test("finds by host, by its short name or its whole one, by its address, by user and by rule", async () => {
    const whole = await everything();
    const hostname = whole.find(({ device }) => device?.hostname?.includes("."))?.device?.hostname as string;
    const [label = ""] = hostname.split(".");
    const onHost = (alert: Alert) => alert.device?.hostname?.toLowerCase().split(".")[0] === label;
    const expected = whole.filter(onHost);
    expect(new Set(expected.map(({ device }) => device?.hostname)).size).toBe(2);
    for (const host of [label, label.toUpperCase(), hostname])
      expect(await everything({ host })).toEqual(expected);
    const ip = expected[0]?.device?.ip as string;
    expect(await everything({ host: ip })).toEqual(expected);
    const [{ user, title } = { user: null, title: null }] = expected;
    expect(await everything({ user: user?.name?.toUpperCase() })).toEqual(
      whole.filter((alert) => alert.user?.name === user?.name),
    );
    expect(await everything({ rule: title?.toLowerCase() })).toEqual(
      whole.filter((alert) => alert.title === title),
    );
  });

  test("that names what isn't there finds nothing, and keeps no list to say more", async () => {
    for (const named of [{ host: "NO-SUCH-HOST" }, { user: "no.such.user" }, { rule: "No rule" }]) {
      const { alerts, sources } = await search(named);
      expect(alerts).toEqual([]);
      expect(sources).toMatchObject([{ status: "ok", count: 0, total: 0, matched: null }]);
    }
  });

  test("that finds nothing is a whole answer with nothing in it", async () => {
    const { alerts, next_cursor, sources } = await search({ since: "2099-01-01T00:00:00Z" });
    expect(alerts).toEqual([]);
    expect(next_cursor).toBeNull();
    expect(sources).toMatchObject([{ source: "elastic", status: "ok", count: 0 }]);
  });

  test("refuses a cursor of another search", async () => {
    const { next_cursor } = await search({ status: "open", limit: 5 });
    await expect(search({ status: "closed", cursor: next_cursor })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  test.each([
    ["partial", "transient"],
    ["drift", "contract"],
    ["malformed", "contract"],
    ["html", "transient"],
    ["reset", "transient"],
    ["status", "transient"],
  ])("never takes a failure for nothing: %s is %s", async (mode, kind) => {
    await fault(SEARCH, mode);
    await expect(search()).rejects.toMatchObject({ kind });
  });

  test("gets over a fault that passes, and says when to come back from a rate limit", async () => {
    await fault(SEARCH, "status", { times: 1 });
    await fault(SEARCH, "expire_tokens", { times: 1 });
    expect((await search({ limit: 1 })).alerts).toHaveLength(1);
    await fault(SEARCH, "rate_limit", { delay_ms: 60_000 });
    await expect(search()).rejects.toMatchObject({
      code: "rate_limited",
      detail: { retry_after_ms: 60_000, attempts: 1 },
    });
  });
});

describe("update_alert", () => {
  test("takes effect once, shows in the next search, and can be undone", async () => {
    const { alert_id, title } = await openAlert();
    const agent = await responder();
    const first = await call(agent, "update_alert", { alert_id, status: "closed", ...why });
    expect(first).toMatchObject({
      status: "ok",
      data: { alert_id, title, status: "closed" },
      operation: { evidence: "answered", replayed: false },
    });
    await expect
      .poll(() => call(agent, "update_alert", { alert_id, status: "closed", reason: "Once more" }))
      .toMatchObject({ operation: { replayed: true, still_in_effect: true } });
    const target = `alert/${alert_id}`;
    expect(await effects()).toMatchObject([{ action: "set_status", target, request_id: idOf(first) }]);
    expect((await everything({ status: "closed" })).map((alert) => alert.alert_id)).toContain(alert_id);
    expect(await call(agent, "update_alert", { alert_id, status: "open", ...why })).toMatchObject({
      data: { status: "open" },
    });
    expect(await effects()).toHaveLength(2);
  });

  test("sends nothing where the status is so already, or where there is no such alert", async () => {
    const { alert_id } = await openAlert();
    const agent = await responder();
    expect(await call(agent, "update_alert", { alert_id, status: "open", ...why })).toMatchObject({
      status: "ok",
      operation: { evidence: "already_so" },
    });
    const nobody = "0".repeat(64);
    expect(await call(agent, "update_alert", { alert_id: nobody, status: "open", ...why })).toMatchObject({
      status: "not_found",
      resource: { kind: "alert", id: `elastic:${nobody}` },
    });
    expect(await effects()).toEqual([]);
  });

  test.each(["drop_after_effect", "error_after_effect", "malformed", "drift"])(
    "is settled by reading the alert back: %s",
    async (mode) => {
      const { alert_id } = await openAlert();
      const agent = await responder();
      const ask = () => call(agent, "update_alert", { alert_id, status: "acknowledged", ...why });
      await fault(SET, mode, { times: 1 });
      expect(await ask()).toMatchObject({ status: "error", error: { code: "outcome_unknown" } });
      await expect
        .poll(ask)
        .toMatchObject({ status: "ok", operation: { evidence: "read_back", replayed: true } });
      expect(await effects()).toHaveLength(1);
    },
  );

  test.each([
    ["partial", {}, "upstream_unavailable"],
    ["rate_limit", {}, "rate_limited"],
    ["status", { status: 400 }, "misconfigured"],
    ["status", { status: 409 }, "upstream_unavailable"],
    ["status", { status: 403 }, "credential_rejected"],
  ])("that had no effect (%s %j) can be repeated, and then takes effect", async (mode, more, code) => {
    const { alert_id } = await openAlert();
    const agent = await responder();
    const ask = () => call(agent, "update_alert", { alert_id, status: "closed", ...why });
    await fault(SET, mode, { times: 1, ...more });
    expect(await ask()).toMatchObject({ error: { code }, operation: { state: "failed_safe" } });
    expect(await effects()).toEqual([]);
    expect(await ask()).toMatchObject({ status: "ok" });
    expect(await effects()).toHaveLength(1);
  });

  test("can't be done with the credential for reading, and the refusal names the privilege", async () => {
    const { alert_id } = await openAlert();
    const request = updateAlert.request({ alert_id, status: "closed" }, "op_1", env);
    await expect(reader().read(request, z.unknown())).rejects.toMatchObject({
      code: "credential_rejected",
      message: expect.stringContaining("write on the index"),
    });
    expect(await effects()).toEqual([]);
  });
});

describe("open_case", () => {
  const about = { description: "Seen on two hosts.", severity: "high", ...why };

  test("opens one case, however it is spelled and whoever asks again", async () => {
    const agent = await responder();
    const title = "Lateral movement in Boston";
    const alert_ids = [(await openAlert()).alert_id];
    const first = await call(agent, "open_case", { title, alert_ids, ...about });
    expect(first).toMatchObject({
      status: "ok",
      data: { case_id: expect.any(String), title },
      operation: { evidence: "answered", replayed: false },
    });
    const again = await call(agent, "open_case", {
      title: "lateral  MOVEMENT in Boston",
      alert_ids,
      ...about,
    });
    expect(again).toMatchObject({ operation: { id: idOf(first), replayed: true } });
    expect(await effects()).toMatchObject([{ action: "create_case", request_id: idOf(first) }]);
  });

  test("for the same finding isn't opened again: another title is told of the one that is there", async () => {
    const agent = await responder();
    const finding_id = "finding-4711";
    const first = await call(agent, "open_case", { title: "One title", finding_id, ...about });
    const again = await call(agent, "open_case", { title: "Another title", finding_id, ...about });
    expect(again).toMatchObject({
      error: { code: "differs_from_done", differences: [{ field: "title" }] },
      operation: { id: idOf(first) },
    });
    expect(await effects()).toHaveLength(1);
  });

  test("is found by its tag when the answer was lost, and not opened again", async () => {
    const agent = await responder();
    const ask = () => call(agent, "open_case", { title: "Lost answer", ...about });
    await fault(CREATE, "drop_after_effect", { times: 1 });
    expect(await ask()).toMatchObject({ status: "error", error: { code: "outcome_unknown" } });
    await expect
      .poll(ask)
      .toMatchObject({ status: "ok", data: { title: "Lost answer" }, operation: { evidence: "read_back" } });
    expect(await effects()).toHaveLength(1);
  });

  test("that was refused is opened by the repeat", async () => {
    const agent = await responder();
    const ask = () => call(agent, "open_case", { title: "Refused at first", ...about });
    await fault(CREATE, "rate_limit", { times: 1 });
    expect(await ask()).toMatchObject({
      error: { code: "rate_limited" },
      operation: { state: "failed_safe" },
    });
    expect(await ask()).toMatchObject({ status: "ok" });
    expect(await effects()).toHaveLength(1);
  });

  test.each(["drift", "partial", "reset"])("isn't opened where it can't be looked up: %s", async (mode) => {
    await fault(FIND, mode);
    const result = await call(await responder(), "open_case", { title: `Unseen ${mode}`, ...about });
    expect(result).toMatchObject({ status: "error" });
    expect(await requestsOf(CREATE)).toEqual([]);
  });

  test("that has yet to be opened is not there, and isn't taken for missing", async () => {
    const input = { title: "Nothing yet", description: "x", severity: "low" };
    expect(await openCase.inspect(input, reader(), env, "op_nothing")).toEqual({
      exists: true,
      attributes: {},
      in_effect: false,
      data: null,
    });
  });
});
