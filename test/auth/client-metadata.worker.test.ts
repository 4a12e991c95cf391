import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { newClient } from "../support/worker/oauth.ts";
import { sessionOf } from "../support/worker/person.ts";

const CLIENT_ID = "https://agent.example/mcp/client.json";
const REDIRECT_URI = "https://agent.example/callback";

let document: object;

/** Publishes `document` where the client's id says. */
beforeEach(() => {
  document = {
    client_id: CLIENT_ID,
    client_name: "Agent",
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: "none",
  };
  const network = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return url === CLIENT_ID ? Response.json(document) : network(input, init);
  });
});

afterEach(() => vi.restoreAllMocks());

test("a client that publishes its metadata needs no registration, and its domain is shown", async () => {
  const client = await newClient({ clientId: CLIENT_ID, redirectUri: REDIRECT_URI });
  const page = await client.openConsentPage({ user: "responder", scope: "devices:read" });
  expect(page.html).toContain("Published by <strong>agent.example</strong>");
  expect(page.html).not.toContain("not verified");
  expect((await page.allow()).scope).toBe("devices:read");
  expect(await sessionOf("responder", CLIENT_ID)).toMatch(/^ses_/);
});

test("a document that speaks for another client is refused", async () => {
  document = { ...document, client_id: "https://other.example/client.json" };
  const client = await newClient({ clientId: CLIENT_ID, redirectUri: REDIRECT_URI });
  const page = client.openConsentPage({ user: "responder", scope: "devices:read" });
  await expect(page).rejects.toThrow("This app could not be verified (HTTP 400)");
});
