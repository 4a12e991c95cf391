import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Browser } from "../../../cli/browser.ts";
import type { OAuthClient } from "../../../cli/oauth-client.ts";
import { scopesOfRoles } from "../../../src/toolkit/scopes.ts";
import { newClient } from "../../support/worker/oauth.ts";
import { eventsOf } from "../../support/worker/person.ts";

describe("a person who is asked", () => {
  test("and allows, gives exactly what is ticked", async () => {
    const client = await newClient();
    const page = await client.openConsentPage({ user: "responder", scope: "devices:read devices:contain" });
    expect(page.ticked).toEqual(["devices:read", "devices:contain"]);
    expect((await page.allow(["devices:read"])).scope).toBe("devices:read");
  });

  test("may give more than the client thought to ask for", async () => {
    const client = await newClient();
    const page = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    expect(page.ticked).toEqual(["devices:read"]);
    expect(page.offered).toContain("devices:contain");
    expect((await page.allow(["devices:read", "devices:contain"])).scope).toBe(
      "devices:read devices:contain",
    );
  });

  test("is offered nothing beyond their role, and told what was left out", async () => {
    const client = await newClient();
    const page = await client.openConsentPage({
      user: "viewer",
      scope: "devices:read devices:contain audit:read",
    });
    expect([...page.offered].sort()).toEqual(scopesOfRoles(["viewer"]).sort());
    expect(page.html).toMatch(/Not offered[\s\S]*Cut devices off the network[\s\S]*Read the audit trail/);
  });

  test("and denies, sends the client back with access_denied, which the audit keeps", async () => {
    const client = await newClient();
    const page = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    const back = new URL((await page.press("deny")).url);
    expect(back.href).toContain(client.redirect_uri);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: "access_denied",
      iss: env.PUBLIC_URL,
    });
    expect(back.searchParams.has("code")).toBe(false);
    const events = await eventsOf("responder", client.client_id);
    expect(events.map(({ type, decision }) => [type, decision])).toEqual([
      ["sign_in", "allow"],
      ["consent", "deny"],
    ]);
  });

  test("and allows with nothing ticked, is asked again, and the new page works", async () => {
    const client = await newClient();
    const first = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    const answer = await first.press("approve", []);
    expect(answer.html).toContain("Nothing was ticked");
    const again = first.onto(answer);
    expect((await again.allow(["devices:read"])).scope).toBe("devices:read");
  });

  test("for nothing that their role allows, is told so and can go back", async () => {
    const client = await newClient();
    const page = await client.openConsentPage({ user: "viewer", scope: "devices:contain" });
    expect(page.ticked).toEqual([]);
    expect(page.html).toContain("Your role allows none of what it asks for");
    expect((await page.press("deny")).url).toContain("error=access_denied");
  });

  test("answers a page once", async () => {
    const client = await newClient();
    const page = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    await page.allow();
    const again = await page.press("approve");
    expect(again.status).toBe(400);
    const allowed = (await eventsOf("responder", client.client_id)).filter(({ type }) => type === "consent");
    expect(allowed).toHaveLength(1);
  });
});

describe("the page", () => {
  test("says where access goes, that the name is unverified, and that it is a local program", async () => {
    const client = await newClient({ clientName: "Claude" });
    const { html } = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    expect(html).toContain("its name is not verified");
    expect(html).toContain("<strong>127.0.0.1</strong>");
    expect(html).toContain("a program on this computer");
    const remote = await newClient({ redirectUri: "https://claude.example/api/mcp/auth_callback" });
    const page = await remote.openConsentPage({ user: "responder", scope: "devices:read" });
    expect(page.html).toContain("<strong>claude.example</strong>");
    expect(page.html).not.toContain("a program on this computer");
  });

  test("can't be framed, cached or scripted", async () => {
    const client = await newClient();
    const { headers, html } = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-frame-options")).toBe("DENY");
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    expect(policy).toContain(`'sha256-${Buffer.from(digest).toString("base64")}'`);
  });
});

describe("a sign-in", () => {
  test("that the person breaks off at the identity provider goes back to the client", async () => {
    const client = await newClient();
    const { browser, callback: genuine } = await beforeCallback(client, "responder");
    const callback = new URL(genuine);
    callback.searchParams.delete("code");
    callback.searchParams.set("error", "access_denied");
    const { url: back } = await browser.open(callback.href);
    expect(back).toContain(client.redirect_uri);
    expect(back).toContain("error=access_denied");
  });
});

/** A browser in which somebody has signed in, up to the redirect that leads back here. */
async function beforeCallback(
  client: OAuthClient,
  user: string,
): Promise<{ browser: Browser; callback: string }> {
  let stop = true;
  const browser = client.browser(({ pathname }) => stop && pathname === "/auth/callback");
  const { url } = await client.authorizationRequest("devices:read");
  const page = await client.signInAt(await browser.open(url.href), user, browser);
  stop = false;
  return { browser, callback: page.url };
}
