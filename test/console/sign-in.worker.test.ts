import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import { SESSION_LIFE_MS, sessionCookie } from "../../src/console/session-cookie.ts";
import { ConsoleBrowser, consoleOf } from "../support/worker/console.ts";
import { change } from "../support/worker/identity-provider.ts";
import { reach } from "../support/worker/oauth.ts";
import { eventsOf, personKeyOf, personOf } from "../support/worker/person.ts";

describe("somebody who isn't signed in", () => {
  test("is led from a link to the identity provider, and back to where the link led", async () => {
    const browser = new ConsoleBrowser();
    const page = await browser.signIn("auditor", "/console/operations?state=succeeded&tool=contain_device");
    expect(page.status).toBe(200);
    expect(page.url).toBe(`${env.PUBLIC_URL}/console/operations?state=succeeded&tool=contain_device`);
    expect(headingOf(page.html)).toBe("Operations");
  });

  test("can't post anything", async () => {
    const answer = await new ConsoleBrowser().send("/console/approvals/op_1", {
      decision: "approve",
      csrf: "x",
      reason: "",
    });
    expect(answer.status).toBe(401);
  });
});

describe("a sign-in", () => {
  test("is one of the person's sessions, with the sign-in and the consent on their chain", async () => {
    await consoleOf("approver");
    const sessions = await personOf("approver").listSessions();
    expect(sessions.filter(({ client_id }) => client_id === "console")).toHaveLength(1);
    const events = await eventsOf("approver", "console");
    expect(events.map(({ type, decision }) => `${type}.${decision}`)).toEqual(
      expect.arrayContaining(["sign_in.allow", "consent.allow"]),
    );
  });

  test("is finished once", async () => {
    let callback = "";
    const browser = new ConsoleBrowser((url, init) => {
      if (url.includes("/auth/callback")) callback = url;
      return reach(url, init);
    });
    expect((await browser.signIn("approver")).status).toBe(200);
    expect((await browser.open(callback)).status).toBe(400);
  });

  test("of somebody without a role is turned away", async () => {
    const page = await new ConsoleBrowser().signIn("nobody");
    expect(page.status).toBe(403);
    expect(headingOf(page.html)).toBe("You have no access here");
  });

  test("sets a cookie that no script, no other host and no other site's form can use, for eight hours", async () => {
    const set: string[] = [];
    const browser = new ConsoleBrowser(async (url, init) => {
      const response = await reach(url, init);
      set.push(...response.headers.getSetCookie());
      return response;
    });
    await browser.signIn("approver");
    const cookie = set.find((header) => header.startsWith("__Host-sallyport-console=")) ?? "";
    expect(cookie.split("; ").slice(1).sort()).toEqual([
      "HttpOnly",
      "Max-Age=28800",
      "Path=/",
      "SameSite=Lax",
      "Secure",
    ]);
  });
});

describe("a console session", () => {
  test("that is revoked is over on the next request", async () => {
    const browser = await consoleOf("responder");
    await personOf("responder").revoke("all", "admin@acme.test");
    const page = await browser.open("/console");
    expect(page.status).toBe(401);
    expect(headingOf(page.html)).toBe("You are signed out");
  });

  test("has the roles that the person has now, not those they signed in with", async () => {
    const browser = await consoleOf("responder2");
    expect((await browser.open("/console/audit")).status).toBe(403);
    await change("responder2", { groups: ["sallyport-auditors"] });
    await consoleOf("responder2");
    expect((await browser.open("/console/audit")).status).toBe(200);
  });

  test("that is signed out of can't be taken up again with a copy of its cookie", async () => {
    let copied = "";
    const browser = new ConsoleBrowser((url, init) => {
      const { cookie } = (init.headers ?? {}) as { cookie?: string };
      if (cookie?.includes("__Host-sallyport-console=")) copied = cookie;
      return reach(url, init);
    });
    await browser.signIn("viewer");
    const left = await browser.post("/console/sign-out", {});
    expect(headingOf(left.html)).toBe("You are signed out");
    const again = await reach(`${env.PUBLIC_URL}/console`, {
      headers: { cookie: copied },
      redirect: "manual",
    });
    expect(again.status).toBe(401);
  });

  test("sealed for another tenant or another address is none here, and neither is an altered one", async () => {
    await consoleOf("auditor");
    const [session] = await personOf("auditor").listSessions();
    const session_id = session?.session_id ?? "";
    const who = { person: personKeyOf("auditor"), session_id, subject: "auditor@acme.test", display: "A" };
    const cookie = (environment: Env, now: number) =>
      sessionCookie(environment, who, now).split(";")[0] ?? "";
    const opens = async (cookie: string) =>
      (await reach(`${env.PUBLIC_URL}/console`, { headers: { cookie }, redirect: "manual" })).status;
    const now = Date.now();
    expect(await opens(cookie(env, now))).toBe(200);
    expect(await opens(cookie({ ...env, TENANT: "other" }, now))).toBe(302);
    expect(await opens(cookie({ ...env, PUBLIC_URL: "http://localhost:1" }, now))).toBe(302);
    expect(await opens(cookie(env, now - SESSION_LIFE_MS))).toBe(302);
    expect(await opens(`${cookie(env, now).slice(0, -4)}AAAA`)).toBe(302);
  });
});
