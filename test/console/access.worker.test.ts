import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import { may } from "../../src/console/need.ts";
import { ROUTES } from "../../src/console/routes.ts";
import { ROLES } from "../../src/toolkit/scopes.ts";
import { ConsoleBrowser, consoleOf, csrfOn } from "../support/worker/console.ts";
import { held } from "../support/worker/held.ts";
import { lab } from "../support/worker/lab.ts";
import { reach } from "../support/worker/oauth.ts";
import { chainOf, personKeyOf } from "../support/worker/person.ts";

const browsers = new Map<string, ConsoleBrowser>();
let operation_id = "";

beforeAll(async () => {
  for (const role of ROLES) browsers.set(role, await consoleOf(role));
  const [device = ""] = await lab.devices();
  ({ id: operation_id } = await held(device));
});

/** The browser of the lab user who has just this role. */
function as(role: string): ConsoleBrowser {
  const browser = browsers.get(role);
  if (browser === undefined) throw new Error(`nobody is ${role}`);
  return browser;
}

/** The route's address, with something real in place of its parameters. */
function addressOf(path: string): string {
  return path
    .replace(":id", operation_id)
    .replace(":event_id", crypto.randomUUID())
    .replace(":person", personKeyOf("viewer"));
}

const PAGES = ROUTES.filter(({ method }) => method === "GET");
const ACTIONS = ROUTES.filter(({ method }) => method === "POST");
const RESTRICTED = ROUTES.filter(({ need }) => need !== "any");

describe("every page and every action", () => {
  test.each(PAGES)("$path leads whoever isn't signed in to the identity provider", async ({ path }) => {
    const answer = await reach(`${env.PUBLIC_URL}${addressOf(path)}`, { redirect: "manual" });
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toMatch(new RegExp(`^${env.OIDC_ISSUER}/auth\\?`));
  });

  test.each(ACTIONS)("$path does nothing for whoever isn't signed in", async ({ path }) => {
    expect((await new ConsoleBrowser().send(addressOf(path), { csrf: "x" })).status).toBe(401);
  });

  test.each(ACTIONS)("$path takes no form without the session's token", async ({ path }) => {
    const answer = await as("admin").send(addressOf(path), { csrf: "x" });
    expect(answer.status).toBe(403);
    expect(headingOf(answer.html)).toBe("This didn't come from here");
  });

  test.each(RESTRICTED)("$method $path is refused to every role without $need, on record", async (route) => {
    const { method, need, name, path } = route;
    for (const role of ROLES.filter((role) => !may([role], need))) {
      const address = addressOf(path);
      const answer = method === "GET" ? await as(role).open(address) : await as(role).post(address, {});
      expect(answer.status).toBe(403);
      expect(headingOf(answer.html)).toBe("Your role doesn't allow this");
      const last = (await chainOf(role)).filter(({ type }) => type === "console").at(-1);
      expect(last).toMatchObject({ decision: "deny", error_code: "role_forbids", detail: { page: name } });
    }
  });

  test.each(RESTRICTED.filter(({ method }) => method === "GET"))(
    "$path is on record when somebody who may has seen it",
    async ({ need, name, path }) => {
      const role = ROLES.find((role) => may([role], need)) ?? "";
      await as(role).open(addressOf(path));
      const last = (await chainOf(role)).filter(({ type }) => type === "console").at(-1);
      expect(last).toMatchObject({ decision: "allow", outcome: "ok", detail: { page: name } });
    },
  );

  test.each(PAGES)("$path can't be framed, cached, scripted, or sent elsewhere", async ({ path, need }) => {
    const role = ROLES.find((role) => may([role], need)) ?? "";
    const { headers, html } = await as(role).open(addressOf(path));
    const policy = (headers.get("content-security-policy") ?? "").split("; ");
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy.join()).not.toMatch(/unsafe|script-src|\*/);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(html).not.toMatch(/<script|\sstyle=|\son\w+=/);
  });
});

describe("somebody's own things", () => {
  test("are theirs to see, and nobody else's without a role for it", async () => {
    expect((await as("viewer").open(`/console/operations/${operation_id}`)).status).toBe(403);
    expect((await as("auditor").open(`/console/operations/${operation_id}`)).status).toBe(200);
    const admins = `/console/sessions/${personKeyOf("admin")}`;
    expect((await as("viewer").open(admins)).status).toBe(403);
    expect((await as("viewer").post(`${admins}/revoke`, { session: "all" })).status).toBe(403);
    expect(headingOf((await as("viewer").open("/console/sessions")).html)).toBe("Your sessions");
  });

  test("the navigation shows what the role allows, and no more", async () => {
    const links = async (role: string) =>
      [...(await as(role).open("/console")).html.matchAll(/<li><a href="([^"]+)"/g)].map(([, href]) => href);
    expect(await links("viewer")).toEqual(["/console", "/console/operations", "/console/sessions"]);
    expect(await links("admin")).toContain("/console/connectors");
    expect(await links("approver")).toContain("/console/approvals");
  });
});

describe("a form", () => {
  test("that is no form, or far too large, is refused", async () => {
    const path = "/console/connectors/switch";
    const json = await as("admin").open(path, { method: "POST", body: "{}", headers: {} });
    expect(json.status).toBe(400);
    const csrf = csrfOn(await as("admin").open("/console"));
    expect((await as("admin").send(path, { csrf, reason: "x".repeat(70_000) })).status).toBe(413);
  });
});

test("the stylesheet is the only thing that a page loads, and is there for everybody", async () => {
  const { html } = await as("viewer").open("/console");
  const [, path = ""] = /<link rel="stylesheet" href="([^"]+)"/.exec(html) ?? [];
  const answer = await reach(`${env.PUBLIC_URL}${path}`, {});
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("text/css");
  expect(answer.headers.get("cache-control")).toContain("immutable");
});
