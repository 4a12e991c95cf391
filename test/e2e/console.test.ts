import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Agent, connect, type Era } from "../../cli/demo/agent.ts";
import { LabControls } from "../../cli/demo/lab.ts";
import { OAuthClient, signIn } from "../../cli/oauth-client.ts";
import {
  follow,
  launchChromium,
  misfits,
  picture,
  signInAtLab,
  withoutScripts,
} from "../console/chromium.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";

/** Reading back gives up some 40 s after a request was lost. */
const GIVES_UP_MS = 120_000;

let instance: TestInstance;
let lab: LabControls;
let browser: Browser;
let devices: string[];
const agents: Agent[] = [];
const contexts = new Map<string, BrowserContext>();

/** A page whose outcome nobody knows: the connection was cut before the vendor acted. */
let lost: { readonly id: string };

beforeAll(async () => {
  // Without a bound on late effects, absence is never proven, and a person has to settle it.
  instance = await startTestInstance({ environment: { PAGERDUTY_SETTLE_MS: "" } });
  lab = new LabControls(instance.lab.url);
  browser = await launchChromium();
  const { hosts } = (await (await fetch(`${instance.lab.url}/estate`)).json()) as {
    hosts: { id: string; online: boolean; criticality: string }[];
  };
  devices = hosts.filter(({ online, criticality }) => online && criticality === "low").map(({ id }) => id);
  lost = await loseOne();
}, 120_000);

afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.close()));
  await browser?.close();
  await instance?.dispose();
});

function device(): string {
  const id = devices.pop();
  if (id === undefined) throw new Error("the lab has no device left");
  return id;
}

async function agentOf(user: string, clientName = "Claude", era: Era = "2026-07-28"): Promise<Agent> {
  const mcpUrl = `${instance.url}/mcp`;
  const scope = "devices:read devices:contain pages:write";
  const { access_token } = await signIn({ mcpUrl, user, scope, clientName });
  const agent = await connect(mcpUrl, era, access_token);
  agents.push(agent);
  return agent;
}

async function loseOne(): Promise<typeof lost> {
  const agent = await agentOf("responder");
  await lab.fault({ vendor: "pagerduty", operation: "createIncident", mode: "reset", times: 1 });
  const { operation } = await agent.call("page_on_call", {
    title: "Ransomware note found on the desktop",
    urgency: "high",
    reason: "Somebody has to look at it now",
  });
  return { id: operation?.id ?? "" };
}

/** An analyst's containment, held back. */
async function heldBack(
  agent: Agent,
  reason: string,
): Promise<{ id: string; url: string; device_id: string }> {
  const device_id = device();
  const { operation } = await agent.call("contain_device", { device_id, reason });
  const { id, approval_url } = operation as unknown as { id: string; approval_url: string };
  return { id, url: approval_url, device_id };
}

/** A page of somebody's browser, signed in. */
async function at(user: string, path: string): Promise<Page> {
  const context = contexts.get(user) ?? (await withoutScripts(browser));
  contexts.set(user, context);
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(path.startsWith("http") ? path : `${instance.url}${path}`);
  await signInAtLab(page, user);
  return page;
}

describe("in a real browser, without scripts", () => {
  test("a person consents to a client, and is sent back to it with a code", async () => {
    const client = await OAuthClient.find({ mcpUrl: `${instance.url}/mcp`, clientName: "Claude" });
    const { url } = await client.authorizationRequest("devices:read devices:contain");
    const context = await withoutScripts(browser);
    const page = await context.newPage();
    await page.goto(url.href);
    await picture(page, "lab-sign-in");
    await signInAtLab(page, "analyst");
    expect(await page.textContent("h1")).toContain("Allow “Claude” to act for you?");
    await picture(page, "consent");
    expect(await misfits(page)).toEqual([]);
    const back = page.waitForRequest((request) => request.url().startsWith(client.redirect_uri));
    await page.click("button[value=approve]");
    expect(new URL((await back).url()).searchParams.get("code")).not.toBeNull();
    await context.close();
  });

  test("a link to an approval leads through sign-in to it; approving it on the page makes one effect", async () => {
    const agent = await agentOf("analyst");
    const held = await heldBack(agent, "Beaconing to a known command server, seen in detection ldt:4711");
    const page = await at("approver", held.url);
    expect(page.url()).toBe(held.url);
    await picture(page, "approval");
    expect(await misfits(page)).toEqual([]);
    await page.fill("textarea[name=reason]", "Seen the beacon in the proxy log");
    await follow(page.locator("button[value=approve]"));
    expect(page.url()).toBe(held.url);
    await expect
      .poll(async () => {
        await page.goto(held.url);
        return page.textContent("[role=status]");
      })
      .toContain("Approved, and carried out");
    await picture(page, "approval-approved");
    const older = await agentOf("analyst", "An older client", "2025-11-25");
    const retry = (by: Agent) =>
      by.call("contain_device", { device_id: held.device_id, reason: "Is it done?" });
    for (const again of await Promise.all([retry(agent), retry(older), retry(agent)])) {
      expect(again).toMatchObject({ status: "ok", operation: { id: held.id, replayed: true } });
      expect(again.operation).toMatchObject({ approved_by: "approver@acme.test" });
    }
    expect(await lab.effects(held.device_id)).toHaveLength(1);
  });

  test("denying it on the page tells the agent why, and nothing is sent", async () => {
    const agent = await agentOf("analyst");
    const held = await heldBack(agent, "Unusual sign-in");
    const page = await at("approver", held.url);
    await follow(page.locator("button[value=deny]"));
    expect(await page.textContent("h1")).toBe("A denial needs a reason");
    await picture(page, "refusal");
    await page.goto(held.url);
    await page.fill("textarea[name=reason]", "That was the owner, travelling");
    await follow(page.locator("button[value=deny]"));
    expect(await page.textContent("[role=status]")).toContain("Denied");
    const again = await agent.call("contain_device", { device_id: held.device_id, reason: "Again" });
    expect(again.error).toMatchObject({ code: "approval_denied" });
    expect(JSON.stringify(again)).toContain("That was the owner, travelling");
    expect(await lab.effects(held.device_id)).toHaveLength(0);
  });

  test("what waits is on the list, and on the overview", async () => {
    const agent = await agentOf("analyst");
    const held = await heldBack(agent, "Lateral movement from this host");
    await heldBack(agent, "Credential dumping tool executed");
    await responds(agent);
    const page = await at("approver", "/console/approvals");
    await expect
      .poll(async () => {
        await page.reload();
        return page.locator(`a[href$="${held.id}"]`).count();
      })
      .toBeGreaterThan(0);
    await picture(page, "approvals");
    expect(await misfits(page)).toEqual([]);
    await page.goto(`${instance.url}/console`);
    expect(await page.locator("a", { hasText: "approvals waiting" }).count()).toBe(1);
    expect(await page.locator("svg[role=img]").first().getAttribute("aria-label")).toMatch(
      /^Calls: \d+ in the last 24 hours/,
    );
    await picture(page, "overview");
    expect(await misfits(page)).toEqual([]);
  });

  test("an auditor searches the audit, opens an event, and sees its proof hold", async () => {
    const page = await at("auditor", "/console/audit");
    await page.selectOption("select[name=tool]", "contain_device");
    await page.fill("input[name=subject]", "analyst@acme.test");
    await follow(page.locator("search button"));
    expect(new URL(page.url()).searchParams.get("tool")).toBe("contain_device");
    const people = page.locator("td[data-label=Person]");
    // What was called just now may still be on its way to where it is searched.
    await expect
      .poll(async () => {
        await page.reload();
        return people.count();
      })
      .toBeGreaterThan(3);
    expect(new Set(await people.allTextContents())).toEqual(new Set(["analyst@acme.test"]));
    await picture(page, "audit");
    expect(await misfits(page)).toEqual([]);
    await follow(page.locator("td a").first());
    await expect
      .poll(async () => {
        await page.reload();
        return page.locator(".badge.ok", { hasText: "holds" }).count();
      })
      .toBeGreaterThanOrEqual(4);
    expect(await page.locator(".badge.bad").count()).toBe(0);
    await picture(page, "audit-event");
    expect(await misfits(page)).toEqual([]);
  });

  test("an administrator disables a tool, and the next call is held", async () => {
    const agent = await agentOf("responder");
    const page = await at("admin", "/console/connectors");
    await picture(page, "connectors");
    expect(await misfits(page)).toEqual([]);
    const form = page.locator("form", { has: page.locator('input[value="search_devices"]') });
    await page.getByText("Tools of CrowdStrike (").click();
    await page.locator("td details", { has: form }).locator("summary").click();
    await form.locator("input[name=reason]").fill("The vendor is being migrated");
    await picture(page, "connectors-open");
    await follow(form.locator("button"));
    await picture(page, "connectors-disabled");
    expect((await agent.call("search_devices")).error).toMatchObject({ code: "tool_disabled" });
    const back = page.locator("form", { has: page.locator('input[value="search_devices"]') });
    await page.locator("td details", { has: back }).locator("summary").click();
    await back.locator("input[name=reason]").fill("Migrated");
    await follow(back.locator("button"));
    expect((await agent.call("search_devices")).status).toBe("ok");
  });

  test("an administrator revokes a person's sessions, and the next call is refused", async () => {
    const agent = await agentOf("responder2", "Agent to be revoked");
    expect((await agent.call("whoami")).status).toBe("ok");
    const page = await at("admin", "/console/sessions");
    await expect
      .poll(async () => {
        await page.reload();
        return page.locator("td", { hasText: "responder2@acme.test" }).count();
      })
      .toBeGreaterThan(0);
    await picture(page, "sessions");
    expect(await misfits(page)).toEqual([]);
    await follow(page.locator("tr", { hasText: "responder2@acme.test" }).locator("a"));
    await picture(page, "sessions-of-person");
    expect(await misfits(page)).toEqual([]);
    await follow(page.locator("tr", { hasText: "Agent to be revoked" }).locator("button"));
    expect(await page.locator("tr", { hasText: "Agent to be revoked" }).textContent()).toContain("revoked");
    expect((await agent.call("whoami")).error).toMatchObject({ code: "session_revoked" });
  });

  test("an operator settles what reading back couldn't, and the agent gets the answer", async () => {
    const page = await at("approver", `/console/operations/${lost.id}`);
    await expect
      .poll(
        async () => {
          await page.reload();
          return page.locator("button[value=happened]").count();
        },
        { timeout: GIVES_UP_MS, interval: 2_000 },
      )
      .toBe(1);
    await picture(page, "operation-needs-operator");
    expect(await misfits(page)).toEqual([]);
    await page.fill("textarea[name=reason]", "PagerDuty's own log shows no incident");
    await follow(page.locator("button[value=did_not_happen]"));
    expect(page.url()).toBe(`${instance.url}/console/operations/${lost.id}`);
    expect(await page.textContent("body")).toContain("failed, no effect");
    await picture(page, "operation-settled");
    await page.goto(`${instance.url}/console/operations`);
    await picture(page, "operations");
    expect(await misfits(page)).toEqual([]);
  }, 180_000);

  test("every page can be used by keyboard: the first stop skips to the content", async () => {
    const page = await at("approver", "/console/approvals");
    await page.keyboard.press("Tab");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toBe("Skip to the content");
    await page.keyboard.press("Enter");
    await expect.poll(() => new URL(page.url()).hash).toBe("#content");
  });

  test("signing out leaves nothing behind that still opens a page", async () => {
    const page = await at("viewer", "/console");
    await picture(page, "overview-viewer");
    await follow(page.locator("footer button"));
    expect(await page.textContent("h1")).toBe("You are signed out");
    await picture(page, "signed-out");
  });
});

/** Makes a few calls of other kinds, so that there is something to see. */
async function responds(agent: Agent): Promise<void> {
  await agent.call("get_device", { device_id: "nonsense" });
  await lab.fault({ operation: "QueryDevicesByFilterScroll", mode: "status", status: 400, times: 1 });
  await agent.call("search_devices", { limit: 5 });
  await lab.clear();
  await agent.call("search_devices", { limit: 5 });
  await agent.call("search_audit");
}
