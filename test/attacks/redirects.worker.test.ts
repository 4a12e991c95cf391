/** Whoever would have a code, or a person, sent to another place than the client registered. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import type { OAuthClient } from "../../cli/oauth-client.ts";
import { newClient, reach } from "../support/worker/oauth.ts";

const REGISTERED = "https://client.example/callback";

/** Where the browser is sent with this redirect URI in the request, or the page's status if it stays here. */
async function sentTo(client: OAuthClient, redirect_uri: string, more = ""): Promise<string | number> {
  const { url } = await client.authorizationRequest("devices:read");
  url.searchParams.set("redirect_uri", redirect_uri);
  const answer = await reach(`${url.href}${more}`, { method: "GET", redirect: "manual" });
  return answer.headers.get("location") ?? answer.status;
}

// The provider compares character by character; loopback addresses by all but the port.
describe("redirect mismatch", () => {
  test.each([
    ["another path", "https://client.example/other"],
    ["a path below", `${REGISTERED}/below`],
    ["a slash after it", `${REGISTERED}/`],
    ["path traversal", "https://client.example/callback/../evil"],
    ["encoded path traversal", "https://client.example/callback/%2e%2e/evil"],
    ["another case in the path", "https://client.example/Callback"],
    ["a query", `${REGISTERED}?next=https://evil.example`],
    ["a fragment", `${REGISTERED}#`],
    ["a name as userinfo", "https://client.example@evil.example/callback"],
    ["userinfo", "https://user:password@client.example/callback"],
    ["a trailing dot", "https://client.example./callback"],
    ["a name below", "https://evil.client.example/callback"],
    ["the name as a prefix", "https://client.example.evil.example/callback"],
    ["a look-alike letter", "https://сlient.example/callback"],
    ["the same in Punycode", "https://xn--lient-63d.example/callback"],
    ["a backslash", "https://client.example\\@evil.example/callback"],
    ["another port", "https://client.example:8443/callback"],
    ["no TLS", "http://client.example/callback"],
    ["no scheme", "//client.example/callback"],
    ["a script", "javascript:alert(1)//client.example/callback"],
    ["white space before it", ` ${REGISTERED}`],
    ["a line break", `${REGISTERED}\r\nLocation: https://evil.example`],
    ["nothing", ""],
  ])("%s leads nowhere", async (_what, redirect_uri) => {
    const client = await newClient({ redirectUri: REGISTERED });
    expect(await sentTo(client, redirect_uri)).toBe(400);
  });

  test("a second redirect URI in the same request doesn't take the place of the first", async () => {
    const client = await newClient({ redirectUri: REGISTERED });
    const evil = encodeURIComponent("https://evil.example/");
    const page = await sentTo(client, REGISTERED, `&redirect_uri=${evil}&scope=no_such_scope`);
    expect(String(page)).not.toContain("evil.example");
  });

  test.each([
    ["another name of this machine", "http://localhost:9/callback"],
    ["another address of it", "http://127.0.0.2:9/callback"],
    ["another path", "http://127.0.0.1:9/elsewhere"],
    ["a query", "http://127.0.0.1:9/callback?x=1"],
    ["TLS", "https://127.0.0.1:9/callback"],
    ["userinfo", "http://127.0.0.1@evil.example:9/callback"],
    ["the address as a prefix", "http://127.0.0.1.evil.example:9/callback"],
  ])("a loopback address with %s leads nowhere", async (_what, redirect_uri) => {
    expect(await sentTo(await newClient(), redirect_uri)).toBe(400);
  });

  test("a loopback address may be on another port, and nothing else about it differs (RFC 8252)", async () => {
    expect(await sentTo(await newClient(), "http://127.0.0.1:50123/callback")).toContain(env.OIDC_ISSUER);
  });
});

// The provider's defence.
describe("a redirect URI that no client should have", () => {
  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "http://client.example/callback",
    "https://user@client.example/callback",
    "https://client.example/callback#fragment",
    "com.example.app:/callback",
    "/callback",
  ])("can't be registered: %s", async (redirect_uri) => {
    const answer = await reach(`${env.PUBLIC_URL}/oauth/register`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        client_name: "Evil",
        redirect_uris: [redirect_uri],
        token_endpoint_auth_method: "none",
      }),
    });
    expect(answer.status).toBe(400);
  });
});

describe("open redirect", () => {
  test("by a request that is refused: the person sees where the way back leads, and goes it or not", async () => {
    const evil = await newClient({ redirectUri: "https://evil.example/phishing" });
    const { url } = await evil.authorizationRequest("no_such_scope");
    const answer = await reach(url.href, { method: "GET", redirect: "manual" });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
    const html = await answer.text();
    expect(headingOf(html)).toBe("This app's request was refused");
    expect(html).toContain("is at evil.example.");
    expect(html).toContain('href="https://evil.example/phishing?error=invalid_scope');
  });

  test("to this very machine harms nobody: a native client hears of its error at once", async () => {
    const native = await newClient();
    const { url } = await native.authorizationRequest("no_such_scope");
    const answer = await reach(url.href, { method: "GET", redirect: "manual" });
    expect(answer.headers.get("location")).toContain(`${native.redirect_uri}?error=invalid_scope`);
  });

  test.each([
    "/console//evil.example",
    "/console/..//evil.example",
    "/console?next=https://evil.example",
    "/console/%5cevil.example",
    "/console/%2f%2fevil.example",
    "/console@evil.example",
  ])("by the way back after signing in to the console: %s stays here", async (path) => {
    const answer = await reach(`${env.PUBLIC_URL}${path}`, { method: "GET", redirect: "manual" });
    const to = new URL(answer.headers.get("location") ?? env.PUBLIC_URL, env.PUBLIC_URL);
    expect(to.origin).toBeOneOf([env.PUBLIC_URL, new URL(env.OIDC_ISSUER).origin]);
    expect(to.href).not.toContain("//evil.example");
  });
});
