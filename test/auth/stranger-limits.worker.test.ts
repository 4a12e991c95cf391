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

it("one /64 that registers clients without end is refused, stores nothing more, and shuts nobody else out", async () => {
  let stored = 0;
  let refused: Response | null = null;
  // The limit counts by the minute of the clock, and a flood may straddle two.
  while (refused === null && stored <= 2 * LIMIT) {
    const answer = await register(`2001:db8:1:2::${stored.toString(16)}`);
    if (answer.status === 201) stored += 1;
    else refused = answer;
  }
  expect([refused?.status, refused?.headers.get("retry-after")]).toEqual([429, "60"]);
  expect(await refused?.json()).toMatchObject({ error: "temporarily_unavailable" });
  expect(await registrations()).toBe(stored);
  expect((await register("2001:db8:1:3::1")).status).toBe(201);
}, 120_000);

it("the way back from the identity provider is one door, whoever began the sign-in", async () => {
  const back = (state: string, address: string) =>
    reach(`${env.PUBLIC_URL}/auth/callback?code=made-up&state=${state}`, {
      method: "GET",
      headers: { "cf-connecting-ip": address },
    });
  const flooded = async () => {
    for (let nth = 0; nth <= 2 * LIMIT; nth += 1)
      if ((await back("console.made-up", "192.0.2.3")).status === 429) return true;
    return false;
  };
  expect(await flooded()).toBe(true);
  const other = async () => (await back("made-up", "192.0.2.3")).status;
  // The limiter's minute may turn between the flood and the other's knock; not twice running.
  expect([await other(), (await flooded()) && (await other())]).toContain(429);
  expect((await back("console.made-up", "192.0.2.4")).status).toBe(400);
}, 120_000);

it("all checkpoints are one door, whichever is asked for", async () => {
  const read = (n: number, address: string) =>
    reach(`${env.PUBLIC_URL}/audit/checkpoint/${n}`, {
      method: "GET",
      headers: { "cf-connecting-ip": address },
    });
  const statuses = new Set<number>();
  // The limit counts by the minute of the clock, and a flood may straddle two.
  for (let n = 1; n <= 2 * LIMIT + 1 && !statuses.has(429); n += 1)
    statuses.add((await read(n, "192.0.2.5")).status);
  expect(statuses).toEqual(new Set([404, 429]));
  expect((await read(1, "192.0.2.6")).status).toBe(404);
}, 120_000);
