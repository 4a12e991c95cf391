import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import { type ConsoleBrowser, consoleOf, csrfOn } from "../support/worker/console.ts";
import { effectOf, type Held, held } from "../support/worker/held.ts";
import { change } from "../support/worker/identity-provider.ts";
import { lab } from "../support/worker/lab.ts";
import { chainOf, personOf } from "../support/worker/person.ts";
import { rateDevice } from "../support/worker/vendor.ts";

let devices: string[] = [];
let approver: ConsoleBrowser;

beforeAll(async () => {
  devices = await lab.devices();
  approver = await consoleOf("approver");
});

afterEach(() => vi.restoreAllMocks());

const device = (): string => devices.pop() ?? "";
const path = ({ id }: Held) => `/console/approvals/${id}`;
const decide = (browser: ConsoleBrowser, held: Held, decision: string, reason = "Seen the evidence") =>
  browser.post(path(held), { decision, reason });

/** The state that an operation comes to rest in. */
async function ends(id: string): Promise<string> {
  for (;;) {
    const state = (await effectOf(id).read(id))?.state ?? "gone";
    if (state !== "approved" && state !== "executing") return state;
    await runDurableObjectAlarm(effectOf(id));
  }
}

/** What the page shows of one fact of the target: then, and now. */
function cellsOf(html: string, fact: string): string[] {
  const row = [...html.matchAll(/<tr>(.*?)<\/tr>/gs)]
    .map(([, cells = ""]) => cells)
    .find((cells) => cells.includes(`>${fact}<`));
  return [...(row ?? "").matchAll(/<bdi>(.*?)<\/bdi>/g)].map(([, cell = ""]) => cell);
}

/** The last thing that a person's chain says about the console. */
async function lastVisit(user: string) {
  return (await chainOf(user)).filter(({ type }) => type === "console").at(-1);
}

describe("the page of an approval", () => {
  test("is where the agent's answer points, and says what, on what, who asked, why, and since when", async () => {
    const operation = await held(device());
    expect(operation.approval_url).toBe(`${env.PUBLIC_URL}${path(operation)}`);
    const { html, status } = await approver.open(operation.approval_url);
    expect(status).toBe(200);
    expect(html).toContain("Contain a device");
    expect(html).toContain("Cuts a device off the network");
    expect(html).toContain(`device/${operation.device_id}`);
    expect(html).toContain("agent-owner");
    expect(html).toContain("Test client");
    expect(html).toContain("Beaconing to a known command server");
    expect(html).toContain("this role may not act without approval");
    expect(html).toContain("Other changes to this target");
    expect(html).toMatch(
      /<form[^>]+action="\/console\/approvals\/op_[^"]+"[^>]*><input type="hidden" name="csrf"/,
    );
  });

  test("names who asked by what tells people apart, beside what they are called", async () => {
    const { html } = await approver.open(path(await held(device(), { name: "approver-lookalike" })));
    expect(html).toMatch(/approver-lookalike<\/bdi> \(<bdi class="id">approver-lookalike@acme\.test/);
  });

  test("shows the target as it is now beside as it was when it was asked for", async () => {
    const operation = await held(device());
    rateDevice(operation.device_id, "critical");
    const { html } = await approver.open(path(operation));
    expect(cellsOf(html, "criticality")).toEqual([expect.stringMatching(/^(?:low|medium)$/), "critical"]);
    expect(cellsOf(html, "containment")).toEqual(["normal", "normal"]);
    await lab.fault({ operation: "PostDeviceDetailsV2", mode: "status", status: 503 });
    expect((await approver.open(path(operation))).html).toContain("How it is now could not be read");
    await lab.clear();
  });

  test("shows what the agent wrote as text and nothing else", async () => {
    const operation = await held(device(), {}, '</bdi><script>alert(1)</script><img src=x onerror="x">');
    const { html } = await approver.open(path(operation));
    expect(html).toContain("&lt;/bdi&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).not.toMatch(/<script|<img/);
  });

  test("decides nothing by being opened", async () => {
    const operation = await held(device());
    await approver.open(`${path(operation)}?decision=approve&reason=x`);
    expect((await effectOf(operation.id).read(operation.id))?.state).toBe("awaiting_approval");
  });
});

describe("an approver", () => {
  test("approves, and the agent's three retries at once get one effect with approved_by", async () => {
    const operation = await held(device());
    const answer = await decide(approver, operation, "approve");
    expect(answer.url).toBe(`${env.PUBLIC_URL}${path(operation)}`);
    expect(await ends(operation.id)).toBe("succeeded");
    const results = await Promise.all([operation.again(), operation.again(), operation.again()]);
    for (const result of results) {
      expect(result).toMatchObject({
        status: "ok",
        operation: { id: operation.id, replayed: true, approved_by: "approver@acme.test" },
      });
    }
    expect(await lab.effects(operation.device_id)).toHaveLength(1);
  });

  test("answers 303, to the page of the approval", async () => {
    const operation = await held(device());
    const csrf = csrfOn(await approver.open(path(operation)));
    await approver.send(path(operation), { csrf, decision: "approve", reason: "" });
    expect(approver.trace.slice(-2)).toEqual([
      { method: "POST", url: operation.approval_url, status: 303 },
      { method: "GET", url: operation.approval_url, status: 200 },
    ]);
  });

  test("denies with a reason, which the agent is told", async () => {
    const operation = await held(device());
    await decide(approver, operation, "deny", "The owner is presenting to the board");
    const result = await operation.again();
    expect(result).toMatchObject({ status: "error", error: { code: "approval_denied" } });
    expect(JSON.stringify(result)).toContain("The owner is presenting to the board");
    expect(await lab.effects(operation.device_id)).toHaveLength(0);
  });

  test("can't deny without a reason, or decide anything but yes or no", async () => {
    const operation = await held(device());
    expect((await decide(approver, operation, "deny", "  ")).status).toBe(400);
    expect((await decide(approver, operation, "maybe")).status).toBe(400);
    expect((await effectOf(operation.id).read(operation.id))?.state).toBe("awaiting_approval");
  });

  test("leaves what they decided on their own chain, next to the operation's", async () => {
    const operation = await held(device());
    await decide(approver, operation, "approve");
    await ends(operation.id);
    const visits = (await chainOf("approver")).filter(
      ({ type, detail }) => type === "console" && detail?.page === "decide",
    );
    expect(visits.at(-1)).toMatchObject({
      decision: "allow",
      operation_id: operation.id,
      target: `device/${operation.device_id}`,
      detail: { decision: "approve", tool: "contain_device" },
    });
  });
});

describe("refused, on a page that says why, and on record:", () => {
  test("a viewer who posts to the approve route", async () => {
    const operation = await held(device());
    const answer = await decide(await consoleOf("viewer"), operation, "approve");
    expect(answer.status).toBe(403);
    expect((await effectOf(operation.id).read(operation.id))?.state).toBe("awaiting_approval");
    expect(await lastVisit("viewer")).toMatchObject({
      decision: "deny",
      error_kind: "permission",
      error_code: "role_forbids",
      operation_id: operation.id,
      detail: { page: "decide" },
    });
  });

  test("an auditor, who may see it and not decide", async () => {
    const operation = await held(device());
    const auditor = await consoleOf("auditor");
    const page = await auditor.open(path(operation));
    expect(page.status).toBe(200);
    expect(page.html).not.toContain('name="decision"');
    expect((await decide(auditor, operation, "approve")).status).toBe(403);
  });

  test("one's own request, from whichever session and client it came", async () => {
    await change("responder", { groups: ["sallyport-analysts", "sallyport-approvers"] });
    const browser = await consoleOf("responder");
    // The same human, whose agent asks in another session, with another client.
    const person = personOf("responder");
    const [session] = await person.listSessions();
    const operation = await held(device(), { name: "responder" });
    expect(session?.session_id).not.toBe(operation.requester.session_id);
    const page = await browser.open(path(operation));
    expect(page.html).toContain("You asked for this yourself");
    expect(page.html).not.toContain('name="decision"');
    const answer = await decide(browser, operation, "approve");
    expect(answer.status).toBe(403);
    expect(headingOf(answer.html)).toBe("You asked for this yourself");
    expect(await lastVisit("responder")).toMatchObject({ decision: "deny", error_code: "own_request" });
    expect((await effectOf(operation.id).read(operation.id))?.state).toBe("awaiting_approval");
  });

  test("a second use", async () => {
    const operation = await held(device());
    await decide(approver, operation, "approve");
    expect(await ends(operation.id)).toBe("succeeded");
    const again = await decide(approver, operation, "approve");
    expect(again.status).toBe(409);
    expect(headingOf(again.html)).toBe("This was decided already");
    expect(await lab.effects(operation.device_id)).toHaveLength(1);
  });

  test("a decision after expiry, whether or not the alarm has said so", async () => {
    const operation = await held(device());
    await expire(operation.id);
    const late = await decide(approver, operation, "approve");
    expect(late.status).toBe(410);
    await runDurableObjectAlarm(effectOf(operation.id));
    const later = await decide(approver, operation, "approve");
    expect(later.status).toBe(410);
    expect(headingOf(later.html)).toBe("This has expired");
    expect(await lab.effects(operation.device_id)).toHaveLength(0);
  });

  test("an approval presented for another operation: what counts is the address, not the form", async () => {
    const shown = await held(device());
    const other = await held(device());
    const csrf = csrfOn(await approver.open(path(shown)));
    await approver.send(path(shown), {
      csrf,
      decision: "approve",
      reason: "",
      operation_id: other.id,
      device_id: other.device_id,
    });
    expect(await ends(shown.id)).toBe("succeeded");
    expect((await effectOf(other.id).read(other.id))?.state).toBe("awaiting_approval");
    expect(await lab.effects(other.device_id)).toHaveLength(0);
    const forged = await decide(approver, { ...shown, id: swapped(shown.id, other.id) }, "approve");
    expect(forged.status).toBe(404);
  });

  test("an approver who was revoked in between, on the next request", async () => {
    const operation = await held(device());
    const browser = await consoleOf("responder2");
    await change("responder2", { groups: ["sallyport-approvers"] });
    const csrf = csrfOn(await browser.open("/console"));
    await personOf("responder2").revoke("all", "admin@acme.test");
    const answer = await browser.send(path(operation), { csrf, decision: "approve", reason: "" });
    expect(answer.status).toBe(401);
    expect((await effectOf(operation.id).read(operation.id))?.state).toBe("awaiting_approval");
  });

  test("a post from another site, or from another program's page on the same machine", async () => {
    const operation = await held(device());
    const csrf = csrfOn(await approver.open(path(operation)));
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "http://localhost:9999" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      approver.headers = headers;
      const answer = await approver.send(path(operation), { csrf, decision: "approve", reason: "" });
      expect(answer.status).toBe(403);
      approver.headers = {};
    }
    expect((await effectOf(operation.id).read(operation.id))?.state).toBe("awaiting_approval");
  });

  test("a post without the session's token, or with another session's", async () => {
    const operation = await held(device());
    const theirs = csrfOn(await (await consoleOf("admin")).open("/console"));
    for (const csrf of ["", "x", theirs]) {
      const answer = await approver.send(path(operation), { csrf, decision: "approve", reason: "" });
      expect(answer.status).toBe(403);
      expect(headingOf(answer.html)).toBe("This didn't come from here");
    }
    expect((await effectOf(operation.id).read(operation.id))?.state).toBe("awaiting_approval");
  });

  test("an operation that doesn't exist", async () => {
    expect((await approver.open("/console/approvals/op_1")).status).toBe(404);
    const made_up = `op_01936d6e-0000-7000-8000-000000000000_${"A".repeat(16)}`;
    expect((await approver.open(`/console/approvals/${made_up}`)).status).toBe(404);
  });
});

/** Lets an operation's time run out. */
async function expire(id: string): Promise<void> {
  await runInDurableObject(effectOf(id), (_instance, { storage: { sql } }) => {
    const { record } = sql.exec<{ record: string }>("SELECT record FROM operations WHERE id = ?", id).one();
    const expired = JSON.stringify({ ...JSON.parse(record), expires_at: Date.now() - 1 });
    sql.exec("UPDATE operations SET record = ? WHERE id = ?", expired, id);
    sql.exec("UPDATE due SET at = ? WHERE task = 'operation' AND key = ?", Date.now() - 1, id);
  });
}

/** One operation's number with the address of another one's target. */
function swapped(id: string, other: string): string {
  return `${id.slice(0, -16)}${other.slice(-16)}`;
}
