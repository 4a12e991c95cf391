/** Whoever would have a person finish another's sign-in, or use one that was theirs. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { type Browser, headingOf } from "../../cli/browser.ts";
import type { OAuthClient } from "../../cli/oauth-client.ts";
import { ConsoleBrowser } from "../support/worker/console.ts";
import { change } from "../support/worker/identity-provider.ts";
import { newClient, reach } from "../support/worker/oauth.ts";
import { personOf } from "../support/worker/person.ts";

let client: OAuthClient;
beforeAll(async () => {
  client = await newClient();
});

/** A browser in which somebody has signed in, up to the redirect that leads back here. */
async function beforeCallback(user: string): Promise<{ browser: Browser; callback: URL }> {
  let stop = true;
  const browser = client.browser(({ pathname }) => stop && pathname === "/auth/callback");
  const { url } = await client.authorizationRequest("devices:read");
  const page = await client.signInAt(await browser.open(url.href), user, browser);
  stop = false;
  return { browser, callback: new URL(page.url) };
}

describe("login CSRF", () => {
  // The provider's defence: the state's cookie is in the browser that began.
  test("a sign-in can't be finished in another browser than it was begun in", async () => {
    const { callback } = await beforeCallback("responder");
    const answer = await client.browser().open(callback.href);
    expect(answer.status).toBe(400);
    expect(answer.html).toContain("not started in this browser");
  });

  test("and neither can one of the console", async () => {
    let callback = "";
    const began = new ConsoleBrowser((url, init) => {
      if (!url.includes("/auth/callback")) return reach(url, init);
      callback = url;
      return Promise.resolve(new Response("stopped"));
    });
    await began.signIn("approver");
    const answer = await new ConsoleBrowser().open(callback);
    expect(headingOf(answer.html)).toBe("This sign-in can't continue");
    expect(answer.headers.getSetCookie().join()).not.toContain("__Host-sallyport-console=");
  });
});

describe("state replay", () => {
  test("a sign-in is finished once", async () => {
    const { browser, callback } = await beforeCallback("responder");
    expect((await browser.open(callback.href)).status).toBe(200);
    expect((await browser.open(callback.href)).status).toBe(400);
  });

  test("a state that was altered is nobody's", async () => {
    const { browser, callback } = await beforeCallback("responder");
    callback.searchParams.set("state", "another");
    expect((await browser.open(callback.href)).status).toBe(400);
  });

  test("a state of the console's is none of a client's", async () => {
    const { browser, callback } = await beforeCallback("responder");
    callback.searchParams.set("state", `console.${callback.searchParams.get("state")}`);
    expect((await browser.open(callback.href)).status).toBe(400);
  });
});

describe("code injection at the identity provider's callback", () => {
  // Two defences, either of which refuses alone: the identity provider holds the code to our PKCE challenge, and the
  // ID token to our nonce.
  test("somebody else's code in one's own sign-in signs nobody in", async () => {
    const attacker = await beforeCallback("responder");
    const victim = await beforeCallback("viewer");
    victim.callback.searchParams.set("code", attacker.callback.searchParams.get("code") ?? "");
    const answer = await victim.browser.open(victim.callback.href);
    expect([answer.status, headingOf(answer.html)]).toEqual([400, "Sign-in failed"]);
  });
});

describe("mix-up at the identity provider's callback", () => {
  // openid-client's defence (RFC 9207).
  test.each([
    ["another's", "https://evil.example"],
    ["no", null],
  ])("an answer that carries %s name doesn't hold", async (_whose, issuer) => {
    const { browser, callback } = await beforeCallback("responder");
    expect(callback.searchParams.get("iss")).toBe(env.OIDC_ISSUER);
    if (issuer === null) callback.searchParams.delete("iss");
    else callback.searchParams.set("iss", issuer);
    const answer = await browser.open(callback.href);
    expect([answer.status, headingOf(answer.html)]).toEqual([400, "Sign-in failed"]);
  });
});

describe("session fixation at the console", () => {
  test("a planted cookie isn't taken up: it is taken away, and the sign-in gives a new one", async () => {
    const planted = await signedIn("auditor");
    await personOf("auditor").revoke("all", "admin@acme.test");
    const answer = await as(planted);
    expect(answer.status).toBe(401);
    expect(answer.headers.getSetCookie().join()).toMatch(/^__Host-sallyport-console=; Max-Age=0/);
    const own = await signedIn("auditor");
    expect((await as(own)).status).toBe(200);
    expect((await as(planted)).status).toBe(401);
  });

  test("a cookie from before somebody lost their access isn't good again after their next sign-in", async () => {
    const before = await signedIn("responder2");
    expect((await as(before)).status).toBe(200);
    await change("responder2", { groups: [] });
    expect((await new ConsoleBrowser().signIn("responder2")).status).toBe(403);
    expect((await as(before)).status).toBe(401);
    await change("responder2", { groups: ["sallyport-responders"] });
    const again = await signedIn("responder2");
    expect((await as(again)).status).toBe(200);
    expect((await as(before)).status).toBe(401);
  });

  /** Signs somebody in, and returns their session's cookie as a thief would send it. */
  async function signedIn(user: string): Promise<string> {
    const set: string[] = [];
    const browser = new ConsoleBrowser(async (url, init) => {
      const response = await reach(url, init);
      set.push(...response.headers.getSetCookie());
      return response;
    });
    await browser.signIn(user);
    const cookie = set.findLast((header) => header.startsWith("__Host-sallyport-console="));
    return cookie?.split(";")[0] ?? "";
  }

  function as(cookie: string): Promise<Response> {
    return reach(`${env.PUBLIC_URL}/console`, { headers: { cookie }, redirect: "manual" });
  }
});
