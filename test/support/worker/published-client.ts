/** A client that publishes its metadata, as one app does that runs on several of a person's machines. */
import { vi } from "vitest";
import { newClient } from "./oauth.ts";

/** Where the metadata is, and so what the client is called. */
export const PUBLISHED_CLIENT = "https://agent.example/mcp/client.json";

/** Publishes the client's metadata where its id says, until the test restores its mocks. */
export function publishMetadata(): void {
  const redirect_uris = ["http://127.0.0.1/callback"];
  const metadata = { client_id: PUBLISHED_CLIENT, client_name: "Agent", redirect_uris };
  const network = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (url !== PUBLISHED_CLIENT) return network(input, init);
    return Response.json({ ...metadata, token_endpoint_auth_method: "none" });
  });
}

/** The app on another machine, signed in: all of them are one session, each with a grant of its own. */
export async function machine(user: string, port: number) {
  const redirectUri = `http://127.0.0.1:${port}/callback`;
  const client = await newClient({ clientId: PUBLISHED_CLIENT, redirectUri });
  const page = await client.openConsentPage({ user, scope: "devices:read" });
  return { client, tokens: await page.allow(["devices:read"]) };
}
