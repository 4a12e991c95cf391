/** Apps that come by other ways: no published documents, a lost registration, a private callback, a browser. */

import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import worker from "../../src/index.ts";
import { newClient, reach } from "../support/worker/oauth.ts";

const PUBLISHED = "https://agent.example/mcp/client.json";
const ORIGIN = "https://inspector.example";

/** The answer of an instance that is configured otherwise. */
function ask(more: Partial<Env>, path: string, init: RequestInit = {}): Promise<Response> {
  const { host } = new URL(env.PUBLIC_URL);
  const request = new Request(`${env.PUBLIC_URL}${path}`, { ...init, headers: { host, ...init.headers } });
  return worker.fetch(request as never, { ...env, ...more }, createExecutionContext()) as Promise<Response>;
}

const authorize = (client_id: string, redirect_uri: string) =>
  `/authorize?${new URLSearchParams({ response_type: "code", client_id, redirect_uri })}`;

describe("an instance that takes no published clients", () => {
  test("doesn't advertise them, so that clients register", async () => {
    const metadata = (more: Partial<Env>) =>
      ask(more, "/.well-known/oauth-authorization-server").then((answer) => answer.json<object>());
    expect(await metadata({ CIMD: "on" } as Partial<Env>)).toMatchObject({
      client_id_metadata_document_supported: true,
    });
    expect(await metadata({ CIMD: "off" } as Partial<Env>)).not.toMatchObject({
      client_id_metadata_document_supported: true,
    });
  });

  test("says to one that comes all the same what to do", async () => {
    const page = await ask(
      { CIMD: "off" } as Partial<Env>,
      authorize(PUBLISHED, "http://127.0.0.1/callback"),
    );
    expect(page.status).toBe(400);
    const html = await page.text();
    expect(html).toContain("This app isn&#39;t registered here");
    expect(html).toContain("doesn&#39;t fetch such documents");
  });
});

test("an app whose registration is gone is told how to register anew", async () => {
  const page = await reach(`${env.PUBLIC_URL}${authorize("gone-long-ago", "http://127.0.0.1/callback")}`, {});
  expect(page.status).toBe(400);
  const html = await page.text();
  expect(html).toContain("Remove the connection to Sallyport in the app and add it again");
  expect(html).toContain("codex mcp logout");
});

describe("a private callback", () => {
  test("of Cursor gets a code", async () => {
    const redirectUri = "cursor://anysphere.cursor-mcp/oauth/callback";
    const client = await newClient({ redirectUri });
    const page = await client.openConsentPage({ user: "responder", scope: "devices:read" });
    expect((await page.allow()).scope).toBe("devices:read");
  });

  test("beside others gets none, and no link leads to it", async () => {
    const uris = ["https://client.example/callback", "evil://callback"];
    const registered = await reach(`${env.PUBLIC_URL}/oauth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ client_name: "Agent", redirect_uris: uris, token_endpoint_auth_method: "none" }),
    });
    const { client_id } = await registered.json<{ client_id: string }>();
    const pkce = `&code_challenge=${"x".repeat(43)}&code_challenge_method=S256`;
    for (const more of [
      "",
      pkce,
      "&scope=no:such",
      `&resource=${encodeURIComponent("https://other.example")}`,
    ]) {
      const answer = await reach(`${env.PUBLIC_URL}${authorize(client_id, "evil://callback")}${more}`, {
        redirect: "manual",
      });
      expect(answer.status).toBe(400);
      expect(await answer.text()).not.toContain("evil:");
    }
  });
});

describe("a page of another origin", () => {
  const from = (origin: string): RequestInit => ({ headers: { origin } });

  test("reads the public metadata, and nothing else", async () => {
    for (const path of ["oauth-authorization-server", "oauth-protected-resource/mcp"]) {
      const answer = await ask({}, `/.well-known/${path}`, from(ORIGIN));
      expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, "*"]);
    }
    for (const path of ["/mcp", "/oauth/token", "/oauth/register", "/console", "/authorize"]) {
      expect((await ask({}, path, { method: "POST", ...from(ORIGIN) })).status, path).toBe(403);
    }
  });

  test("talks to the endpoints of clients where the deployment names its origin", async () => {
    const named = { ALLOWED_ORIGINS: `https://other.example, ${ORIGIN}` } as Partial<Env>;
    const answer = await ask(named, "/mcp", { method: "POST", ...from(ORIGIN) });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([401, ORIGIN]);
    expect((await ask(named, "/oauth/register", { method: "OPTIONS", ...from(ORIGIN) })).status).toBe(204);
    for (const path of ["/console", "/authorize", "/oauth/revoke"]) {
      expect((await ask(named, path, { method: "POST", ...from(ORIGIN) })).status, path).toBe(403);
    }
    expect((await ask(named, "/mcp", from("https://inspector.example.evil.example"))).status).toBe(403);
  });
});

test("a client's prompt and login_hint reach the identity provider", async () => {
  const client = await newClient();
  const { url } = await client.authorizationRequest("devices:read");
  url.searchParams.set("prompt", "select_account");
  url.searchParams.set("login_hint", "ada@acme.test");
  const answer = await reach(url.href, { redirect: "manual" });
  const asked = new URL(answer.headers.get("location") ?? "").searchParams;
  expect([asked.get("prompt"), asked.get("login_hint")]).toEqual(["select_account", "ada@acme.test"]);
});
