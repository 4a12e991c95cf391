import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import { type Trouble, troubleId } from "../../verifier/event/trouble.ts";
import { exportColumns, readExport } from "../../verifier/export/exported.ts";
import { verifyEvents } from "../../verifier/verify/verify.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { chainTexts } from "../support/worker/chain.ts";
import { type ConsoleBrowser, consoleOf } from "../support/worker/console.ts";
import { effectOf, type Held, held } from "../support/worker/held.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";
import { chainOf, personKeyOf, personOf } from "../support/worker/person.ts";

let devices: string[] = [];
let approver: ConsoleBrowser;
let auditor: ConsoleBrowser;
let admin: ConsoleBrowser;
let waiting: Held;

beforeAll(async () => {
  devices = await lab.devices();
  approver = await consoleOf("approver");
  auditor = await consoleOf("auditor");
  admin = await consoleOf("admin");
  waiting = await held(devices.pop() ?? "");
  await stored(waiting.id, "awaiting_approval");
});

/** Waits until the database holds an operation's event: it follows its object through a queue. */
async function stored(operation_id: string, decision: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const query = "SELECT 1 FROM audit_events WHERE operation_id = ? AND decision = ?";
      expect(await env.DB.prepare(query).bind(operation_id, decision).first()).not.toBeNull();
    },
    { timeout: 20_000, interval: 100 },
  );
}

/** How many rows of a page's tables speak of something. */
function rowsWith(html: string, text: string): number {
  return [...html.matchAll(/<tr>[\s\S]*?<\/tr>/g)].filter(([row]) => row.includes(text)).length;
}

describe("the list of approvals", () => {
  test("has what waits, by the word of the operation's own object", async () => {
    const decided = await held(devices.pop() ?? "");
    await stored(decided.id, "awaiting_approval");
    expect((await approver.open("/console/approvals")).html).toContain(decided.id);
    await approver.post(`/console/approvals/${decided.id}`, { decision: "deny", reason: "No" });
    const { html } = await approver.open("/console/approvals");
    expect(html).not.toContain(`/console/approvals/${decided.id}`);
    expect(html).toContain(`/console/approvals/${waiting.id}`);
  });
});

describe("operations", () => {
  test("are found by state, tool, target and person, each by its latest state only", async () => {
    const target = `device/${waiting.device_id}`;
    const found = async (query: string) =>
      rowsWith((await approver.open(`/console/operations?${query}`)).html, waiting.id);
    expect(await found(`target=${encodeURIComponent(target)}`)).toBe(1);
    expect(await found("state=awaiting_approval&tool=contain_device&subject=agent-owner@acme.test")).toBe(1);
    expect(await found("state=claimed")).toBe(0);
    expect(await found("tool=release_device")).toBe(0);
    expect(await found("subject=somebody@acme.test")).toBe(0);
  });

  test("come in pages that neither skip nor repeat", async () => {
    const all = await env.DB.prepare(
      "SELECT COUNT(DISTINCT operation_id) AS n FROM audit_events WHERE type = 'operation'",
    ).first<{ n: number }>();
    const { html } = await approver.open("/console/operations");
    expect(rowsWith(html, "/console/operations/op_")).toBe(all?.n);
    expect((await approver.open("/console/operations?cursor=nonsense")).status).toBe(400);
  });

  test("show their whole course, and the page of a person who may not see it stays shut", async () => {
    await approver.post(`/console/approvals/${waiting.id}`, { decision: "approve", reason: "Checked" });
    while ((await effectOf(waiting.id).read(waiting.id))?.state !== "succeeded") {
      await runDurableObjectAlarm(effectOf(waiting.id));
    }
    await stored(waiting.id, "succeeded");
    const { html } = await auditor.open(`/console/operations/${waiting.id}`);
    expect(html).toMatch(
      /claimed[\s\S]*awaiting approval[\s\S]*approved[\s\S]*By approver@acme\.test: Checked[\s\S]*executing[\s\S]*succeeded/,
    );
    expect((await (await consoleOf("viewer")).open(`/console/operations/${waiting.id}`)).status).toBe(403);
  });
});

describe("the audit", () => {
  test("is searched by time, person, tool, target and outcome", async () => {
    const found = async (query: string) => (await auditor.open(`/console/audit?${query}`)).html;
    const subject = "subject=agent-owner%40acme.test";
    expect(rowsWith(await found(`${subject}&tool=contain_device`), "contain_device")).toBeGreaterThan(1);
    expect(await found(`${subject}&outcome=not_found`)).toContain("No matching events");
    expect(await found(`${subject}&until=2020-01-01T00:00:00`)).toContain("No matching events");
    expect(await found(`${subject}&since=2020-01-01T00:00`)).not.toContain("No matching events");
    expect(await found(`target=${encodeURIComponent(`device/${waiting.device_id}`)}`)).toContain(
      "contain_device",
    );
    expect((await auditor.open("/console/audit?since=yesterday")).status).toBe(400);
  });

  test("shows an event's place in its chain, and a proof that an edit breaks", async () => {
    const row = await env.DB.prepare(
      "SELECT event_id, hash, prev, chain FROM audit_events WHERE operation_id = ? AND decision = 'approved'",
    )
      .bind(waiting.id)
      .first<{ event_id: string; hash: string; prev: string; chain: string }>();
    const path = `/console/audit/events/${row?.event_id}`;
    const { html } = await auditor.open(path);
    for (const shown of [row?.hash, row?.prev, row?.chain]) expect(html).toContain(shown);
    expect([...html.matchAll(/class="badge ok">holds/g)].length).toBe(5);
    expect(html).not.toContain("broken");

    const edit = "UPDATE audit_events SET event = replace(event, 'Checked', 'Chucked') WHERE event_id = ?";
    await env.DB.prepare(edit).bind(row?.event_id).run();
    const broken = (await auditor.open(path)).html;
    expect(broken).toMatch(/Its text is the one that was hashed<\/dt><dd><span class="badge bad">broken/);
    expect(broken).toMatch(/Its search columns match its text<\/dt><dd><span class="badge bad">broken/);
    const back = "UPDATE audit_events SET event = replace(event, 'Chucked', 'Checked') WHERE event_id = ?";
    await env.DB.prepare(back).bind(row?.event_id).run();
    expect((await auditor.open(path)).html).not.toContain("broken");
    expect((await auditor.open("/console/audit/events/nonsense")).status).toBe(404);
  });

  test("is downloaded whole, in a form that verifies offline", async () => {
    const { html: text, headers } = await auditor.open("/console/audit/export");
    expect(headers.get("content-disposition")).toMatch(
      /^attachment; filename="sallyport-audit-[\d-]+\.ndjson"$/,
    );
    const presented = [...readExport(text.split("\n"))];
    expect(presented.length).toBeGreaterThan(20);
    const { findings } = verifyEvents(presented, null, exportColumns);
    // The database may be a moment behind in a chain, and never without what came before.
    expect(findings).toEqual([]);
  });

  test("is downloaded in part by the filters of the search", async () => {
    const { html: text } = await auditor.open(
      `/console/audit/export?target=${encodeURIComponent(`device/${waiting.device_id}`)}`,
    );
    const lines = text.trim().split("\n");
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line).toContain(waiting.device_id);
    const last = (await chainOf("auditor")).filter(({ type }) => type === "console").at(-1);
    expect(last?.detail).toMatchObject({ page: "audit_export" });
  });
});

describe("conflicts", () => {
  const conflict: Trouble = {
    kind: "conflict",
    chain: "session/s1/1",
    seq: 7,
    stored_hash: "a".repeat(64),
    offered_hash: "b".repeat(64),
    seen_by: "consumer",
  };
  const path = `/console/audit/conflicts/${troubleId(conflict)}/acknowledge`;
  const tenant = () => env.TENANT_OBJECT.getByName(env.TENANT);

  test("wait on their page until somebody says why, once, and the tenant's chain has both", async () => {
    await tenant().reportTroubles([conflict]);
    await tenant().reportTroubles([conflict]);
    expect((await auditor.open("/console/audit")).html).toContain("1 to be acknowledged");
    const { html } = await auditor.open("/console/audit/conflicts");
    expect(html).toContain("session/s1/1 #7");
    expect(html).toContain(`action="${path}"`);

    expect((await auditor.post(path, { reason: "" })).status).toBe(400);
    await auditor.post(path, { reason: "The queue was replayed" });
    expect(auditor.trace.findLast(({ method }) => method === "POST")).toMatchObject({ status: 303 });
    expect((await auditor.open("/console/audit/conflicts")).html).toContain("The queue was replayed");
    expect((await auditor.post(path, { reason: "Again" })).status).toBe(409);

    const texts = (await chainTexts(tenant())).map((text) => JSON.parse(text));
    const about = texts.filter(({ detail }) => detail?.id === troubleId(conflict));
    expect(about).toMatchObject([
      { type: "conflict", decision: "report", detail: { chain: "session/s1/1", seq: 7 } },
      { type: "console", decision: "acknowledge", subject: "auditor@acme.test" },
    ]);
  });

  test("are acknowledged by those alone who may read the audit, and only if they exist", async () => {
    expect((await approver.post(path, { reason: "Not mine" })).status).toBe(403);
    const made_up = `/console/audit/conflicts/${"0".repeat(32)}/acknowledge`;
    expect((await auditor.post(made_up, { reason: "None" })).status).toBe(404);
  });
});

describe("sessions", () => {
  test("are listed for an administrator by person, and ended one at a time", async () => {
    const requester = await signedIn("to-be-revoked", "responder");
    const agent = await agentOf(requester);
    await call(agent, "whoami");
    const object = env.PERSON.getByName(requester.person);
    await vi.waitFor(
      async () => {
        const { html } = await admin.open("/console/sessions?q=to-be-rev");
        expect(rowsWith(html, "to-be-revoked@acme.test")).toBe(1);
      },
      { timeout: 20_000, interval: 200 },
    );
    const path = `/console/sessions/${requester.person}`;
    expect((await admin.open(path)).html).toContain("Test client");
    const page = await admin.post(`${path}/revoke`, { session: requester.session_id });
    expect(page.html).toContain("revoked");
    expect(await call(agent, "whoami")).toMatchObject({ error: { code: "session_revoked" } });
    expect((await object.listSessions()).map(({ state }) => state)).toEqual(["revoked"]);
  });

  test("are one's own to end, all at once, this console included", async () => {
    const browser = await consoleOf("responder2");
    const path = `/console/sessions/${personKeyOf("responder2")}`;
    const page = await browser.post(`${path}/revoke`, { session: "all" }, "/console/sessions");
    expect(headingOf(page.html)).toBe("You are signed out");
    expect((await personOf("responder2").listSessions()).every(({ state }) => state === "revoked")).toBe(
      true,
    );
  });

  test("of somebody of whom the database hasn't heard yet are ended all the same", async () => {
    const requester = await signedIn("just-arrived", "responder");
    const path = `/console/sessions/${requester.person}`;
    await env.DB.prepare("DELETE FROM audit_events WHERE instr(chain, ?) > 0").bind(requester.person).run();
    await admin.post(`${path}/revoke`, { session: "all" });
    const sessions = await env.PERSON.getByName(requester.person).listSessions();
    expect(sessions.map(({ state }) => state)).toEqual(["revoked"]);
  });

  test("of somebody made up are nobody's, and make no object", async () => {
    expect((await admin.open("/console/sessions/made-up")).status).toBe(404);
    await admin.post("/console/sessions/made-up/revoke", { session: "all" });
    expect(admin.trace.at(-1)).toMatchObject({ method: "POST", status: 404 });
  });
});

describe("connectors", () => {
  test("are shown with every credential and tool, and without any secret", async () => {
    const { html } = await admin.open("/console/connectors");
    expect(html).toContain("crowdstrike.read");
    expect(html).toContain("Hosts: READ");
    expect(html).toContain("contain_device");
    expect(html).toContain("none</dd>");
    const secrets = Object.entries(env).filter(
      ([name, value]) => /SECRET|_KEY|TOKEN/.test(name) && typeof value === "string" && value !== "",
    );
    expect(secrets.length).toBeGreaterThan(3);
    for (const [, secret] of secrets) expect(html.includes(String(secret))).toBe(false);
  });

  test("a tool that is switched off is held on the next call, and back on again works", async () => {
    const agent = await agentOf(await signedIn("switched", "responder"));
    expect(await call(agent, "search_devices")).toMatchObject({ status: "ok" });
    const flip = (disabled: string, reason = "Maintenance") =>
      admin.post("/console/connectors/switch", { kind: "tool", name: "search_devices", disabled, reason });
    expect((await flip("true", "")).status).toBe(400);
    expect((await flip("true")).html).toContain("1 disabled");
    expect(await call(agent, "search_devices")).toMatchObject({ error: { code: "tool_disabled" } });
    await flip("false");
    expect(await call(agent, "search_devices")).toMatchObject({ status: "ok" });
  });

  test("a credential that is switched off holds the tools that need it, and no others", async () => {
    const agent = await agentOf(await signedIn("switched", "responder"));
    const flip = (disabled: string) =>
      admin.post("/console/connectors/switch", {
        kind: "credential",
        name: "crowdstrike.contain",
        disabled,
        reason: "Suspected leak",
      });
    await flip("true");
    const device_id = devices.pop() ?? "";
    const contained = await call(agent, "contain_device", { device_id, reason: "Test" });
    expect(contained).toMatchObject({ error: { code: "tool_disabled" } });
    expect(await call(agent, "get_device", { device_id })).toMatchObject({ status: "ok" });
    await flip("false");
  });

  test("nothing is switched that doesn't exist", async () => {
    const answer = await admin.post("/console/connectors/switch", {
      kind: "tool",
      name: "format_disk",
      disabled: "true",
      reason: "x",
    });
    expect(answer.status).toBe(400);
    expect(await env.TENANT_OBJECT.getByName(env.TENANT).switches()).toMatchObject({ disabled_tools: [] });
  });
});

describe("the overview", () => {
  test("counts the day's calls, denials and failures, in words as well as in bars", async () => {
    const { html } = await approver.open("/console");
    const labels = [...html.matchAll(/<svg[^>]*role="img"[^>]*aria-label="([^"]+)"/g)].map(
      ([, label]) => label,
    );
    expect(labels).toHaveLength(3);
    expect(labels[0]).toMatch(/^Calls: \d+ in the last 24 hours, most at \d\d:00: \d+$/);
    expect(html).toContain("<rect");
  });

  test("of somebody who may not see everybody's is about themselves", async () => {
    const { html } = await (await consoleOf("viewer")).open("/console");
    expect(html).toContain("Your own calls");
    expect(html).not.toContain("agent-owner@acme.test");
    expect(html).toContain("Calls: none in the last 24 hours");
  });
});
