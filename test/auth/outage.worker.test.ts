import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import { newClient, reach } from "../support/worker/oauth.ts";

/** Requests to these paths of the identity provider fail, until the test ends. */
function breakDown(...paths: readonly string[]): void {
  const network = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (paths.some((path) => url === `${env.OIDC_ISSUER}${path}`)) {
      return new Response("<pre>Error: secret internals at db-7.internal</pre>", { status: 500 });
    }
    return network(input, init);
  });
}

afterEach(() => vi.restoreAllMocks());

// The first test of this file: once the provider was found, nobody looks for it again for a while.
test("a sign-in that can't begin says so, leaves nothing behind and works once the provider is back", async () => {
  const client = await newClient();
  breakDown("/.well-known/openid-configuration");
  const { url } = await client.authorizationRequest("devices:read");
  const answer = await reach(url.href, { method: "GET", redirect: "manual" });
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("30");
  expect(answer.headers.getSetCookie()).toEqual([]);
  const html = await answer.text();
  expect(headingOf(html)).toBe("Sign-in is unavailable");
  expect(html).not.toContain("internal");
  expect((await env.OAUTH_KV.list({ prefix: "transaction:" })).keys).toEqual([]);
  vi.restoreAllMocks();
  expect((await client.openConsentPage({ user: "viewer", scope: "devices:read" })).ticked).toEqual([
    "devices:read",
  ]);
});

test("a sign-in that can't be finished says so, and nothing of why", async () => {
  const client = await newClient();
  breakDown("/token");
  const page = client.openConsentPage({ user: "viewer", scope: "devices:read" });
  await expect(page).rejects.toThrow("Sign-in is unavailable (HTTP 503)");
});
