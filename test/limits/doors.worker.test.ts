import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { reach } from "../support/worker/oauth.ts";

/** As in wrangler.toml. */
const LIMIT = 300;

function register(address: string): Promise<Response> {
  return reach(`${env.PUBLIC_URL}/oauth/register`, {
    method: "POST",
    headers: { "content-type": "application/json", "cf-connecting-ip": address },
    body: JSON.stringify({ client_name: "x", redirect_uris: ["https://client.example/callback"] }),
  });
}

async function registrations(): Promise<number> {
  let keys = 0;
  for (let cursor: string | undefined; ; ) {
    const page = await env.OAUTH_KV.list({ prefix: "client:", ...(cursor === undefined ? {} : { cursor }) });
    keys += page.keys.length;
    if (page.list_complete) return keys;
    cursor = page.cursor;
  }
}

it("one address that registers clients without end is refused, stores nothing more, and shuts nobody else out", async () => {
  let stored = 0;
  let refused: Response | null = null;
  // The limit counts by the minute of the clock, and a flood may straddle two.
  while (refused === null && stored <= 2 * LIMIT) {
    const answer = await register("192.0.2.1");
    if (answer.status === 201) stored += 1;
    else refused = answer;
  }
  expect([refused?.status, refused?.headers.get("retry-after")]).toEqual([429, "60"]);
  expect(await refused?.json()).toMatchObject({ error: "temporarily_unavailable" });
  expect(await registrations()).toBe(stored);
  expect((await register("192.0.2.2")).status).toBe(201);
}, 120_000);
