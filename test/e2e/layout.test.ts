import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Agent, connect } from "../../cli/demo/agent.ts";
import { OAuthClient, signIn } from "../../cli/oauth-client.ts";
import { follow, launchChromium, misfits, signInAtLab, withoutScripts } from "../console/chromium.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";

/** Words that an agent, injected or not, may put wherever it may put words. */
const DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const URL_OF_300 = `https://evil.example/${"W".repeat(279)}`;
const WORD_OF_500 = "W".repeat(500);
const WORDS = [DIGEST, URL_OF_300, WORD_OF_500] as const;

let instance: TestInstance;
let browser: Browser;
let analyst: Agent;
const contexts = new Map<string, BrowserContext>();
/** One held containment for each of the words. */
const held: string[] = [];

beforeAll(async () => {
  instance = await startTestInstance();
  browser = await launchChromium();
  const mcpUrl = `${instance.url}/mcp`;
  const scope = "devices:read devices:contain tickets:write";
  const { access_token } = await signIn({
    mcpUrl,
    user: "analyst",
    scope,
    clientName: WORD_OF_500.slice(0, 200),
    redirectUri: `http://127.0.0.1:9/${"W".repeat(300)}`,
  });
  analyst = await connect(mcpUrl, "2026-07-28", access_token);
  const found = await analyst.call("search_devices", { containment: "normal", limit: WORDS.length });
  const devices = (found.data?.devices ?? []) as { device_id: string }[];
  for (const [nth, word] of WORDS.entries()) {
    const { device_id } = devices[nth] as { device_id: string };
    const finding_id = word.slice(0, 200);
    const { operation } = await analyst.call("contain_device", { device_id, reason: word, finding_id });
    held.push(operation?.id ?? "");
    const title = word.slice(0, 255);
    await analyst.call("create_ticket", { title, description: word, priority: "low", reason: word });
    await analyst.call("create_ticket", { title, description: word, priority: word, reason: word });
  }
}, 120_000);

afterAll(async () => {
  await analyst?.close();
  await browser?.close();
  await instance?.dispose();
});

/** A page of somebody's browser, signed in. */
async function at(user: string, path: string): Promise<Page> {
  const context = contexts.get(user) ?? (await withoutScripts(browser));
  contexts.set(user, context);
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(`${instance.url}${path}`);
  await signInAtLab(page, user);
  return page;
}

/** The page, once as much of something is on it as there has to be: the audit comes through a queue. */
async function atOnce(user: string, path: string, what: string, count: number): Promise<Page> {
  const page = await at(user, path);
  await expect
    .poll(async () => {
      await page.reload();
      return page.locator(what).count();
    })
    .toBeGreaterThanOrEqual(count);
  return page;
}

test("whatever stands in a reason, the button that leads to each approval is in view", async () => {
  const page = await atOnce("approver", "/console/approvals", "td a.button", 2 * WORDS.length);
  expect(await misfits(page)).toEqual([]);
  for (const id of held) expect(await page.locator(`a.button[href$="${id}"]`).isVisible()).toBe(true);
});

test("an approval fits its page before it is decided and after, with the words of who decided", async () => {
  for (const [nth, word] of WORDS.entries()) {
    const page = await at("approver", `/console/approvals/${held[nth]}`);
    expect(await misfits(page)).toEqual([]);
    await page.fill("textarea[name=reason]", word);
    await follow(page.locator("button[value=deny]"));
    expect(await misfits(page)).toEqual([]);
  }
  expect(await misfits(await atOnce("approver", "/console/approvals", "text=denied", WORDS.length))).toEqual(
    [],
  );
});

test.each(["/console", "/console/operations"])("operations fit %s", async (path) => {
  expect(
    await misfits(await atOnce("approver", path, `td a[href*="/operations/"]`, 2 * WORDS.length)),
  ).toEqual([]);
});

test("an operation's whole course fits its page", async () => {
  for (const id of held) {
    const page = await atOnce("auditor", `/console/operations/${id}`, ".timeline >> text=denied", 1);
    expect(await misfits(page)).toEqual([]);
  }
});

test("the audit fits, no outcome is cut, and neither is an event", async () => {
  const page = await atOnce(
    "auditor",
    "/console/audit?outcome=error",
    "td .badge >> text=invalid input",
    WORDS.length,
  );
  expect(await misfits(page)).toEqual([]);
  await page.goto(`${instance.url}/console/audit?target=${WORD_OF_500}&subject=${WORD_OF_500}`);
  expect(await misfits(page)).toEqual([]);
  await page.goto(`${instance.url}/console/audit?subject=analyst@acme.test`);
  const events = await page
    .locator("td a.mono")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  for (const event of events.slice(0, 2 * WORDS.length)) {
    await page.goto(`${instance.url}${event}`);
    expect(await misfits(page)).toEqual([]);
  }
});

test("people and their clients fit, whatever a client calls itself", async () => {
  const page = await atOnce("admin", "/console/sessions", "text=analyst@acme.test", 1);
  expect(await misfits(page)).toEqual([]);
  await follow(page.locator("tr", { hasText: "analyst@acme.test" }).locator("a"));
  expect(await misfits(page)).toEqual([]);
  expect(await page.locator("td button").first().isVisible()).toBe(true);
});

test("a connection fits its page, before and after something is added to it", async () => {
  const page = await at("analyst", "/console/sessions");
  expect(await misfits(page)).toEqual([]);
  await follow(page.locator('a[href^="/console/grants/"]').first());
  expect(await misfits(page)).toEqual([]);
  await page.locator('input[value="pages:write"]').check();
  await follow(page.locator("button", { hasText: "Allow what is ticked" }));
  expect(await page.locator("text=Added: pages:write").count()).toBe(1);
  expect(await misfits(page)).toEqual([]);
  await page.goto(`${instance.url}/console/sessions`);
  expect(await page.locator("button", { hasText: "Take back" }).isVisible()).toBe(true);
  expect(await misfits(page)).toEqual([]);
});

test("connectors fit, with everything unfolded", async () => {
  const page = await at("admin", "/console/connectors");
  expect(await misfits(page)).toEqual([]);
  for (const summary of await page.locator("section > details > summary").all()) await summary.click();
  for (const summary of await page.locator("td details > summary").all()) await summary.click();
  expect(await misfits(page)).toEqual([]);
});

test("pages that say no fit", async () => {
  for (const path of [
    `/console/operations/${WORD_OF_500}`,
    `/console/approvals/${WORD_OF_500}`,
    "/console/audit",
  ])
    expect(await misfits(await at("viewer", path))).toEqual([]);
});

test.each(WORDS)("the consent page fits a client that calls itself %s", async (word) => {
  const client = await OAuthClient.find({
    mcpUrl: `${instance.url}/mcp`,
    clientName: word.slice(0, 200),
    redirectUri: `https://${"w".repeat(60)}.${"w".repeat(60)}.example/${"W".repeat(300)}`,
  });
  const { url } = await client.authorizationRequest("devices:read devices:contain");
  const context = await withoutScripts(browser);
  const page = await context.newPage();
  await page.goto(url.href);
  await signInAtLab(page, "analyst");
  expect(await page.textContent("h1")).toContain("to act for you?");
  expect(await misfits(page)).toEqual([]);
  await context.close();
});
