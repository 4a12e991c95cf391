import { type Request, Response, fetch as send } from "miniflare";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { OAuthClient, type Tokens } from "../../../cli/oauth-client.ts";
import { ClientDocument } from "../../../src/auth/registration/client-document.ts";
import { startTestInstance, type TestInstance } from "../../support/instance.ts";

const REDIRECT_URI = "https://agent.example/callback";

let instance: TestInstance;
/** What stands where any client's id says, in place of its document. */
let publish: ((url: string) => Response | Promise<Response>) | null = null;
let numbers = 0;
/** What the instance has written to its log. */
const lines: string[] = [];

beforeAll(async () => {
  instance = await startTestInstance({
    log: (line) => lines.push(line),
    outbound: async (request: Request) => {
      if (request.url.startsWith(instance.lab.url)) return (await send(request)) as unknown as Response;
      return publish === null ? Response.json(documentOf(request.url)) : publish(request.url);
    },
  });
});
afterAll(() => instance.dispose());
beforeEach(() => {
  publish = null;
});

function documentOf(client_id: string, more: object = {}): object {
  const metadata = { client_id, client_name: "Agent", redirect_uris: [REDIRECT_URI] };
  return { ...metadata, token_endpoint_auth_method: "none", ...more };
}

/** A client that publishes what it is, under an id that no other test has. */
function newClient(): Promise<OAuthClient> {
  numbers += 1;
  const clientId = `https://agent.example/${numbers}/client.json`;
  return OAuthClient.find({ mcpUrl: `${instance.url}/mcp`, clientId, redirectUri: REDIRECT_URI });
}

async function signedIn(client: OAuthClient): Promise<Tokens> {
  return (await client.openConsentPage({ user: "responder", scope: "devices:read" })).allow();
}

async function refresh({ client_id }: OAuthClient, refresh_token: string) {
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token, client_id });
  const answer = await fetch(`${instance.url}/oauth/token`, { method: "POST", body });
  const { error } = (await answer.json()) as { error?: string };
  return { status: answer.status, error };
}

const DOWN: Record<string, () => Response | Promise<Response>> = {
  "answers 503": () => new Response("<h1>Be right back</h1>", { status: 503 }),
  "answers with a page": () => new Response("<h1>Be right back</h1>"),
  "isn't there": () => Promise.reject(new TypeError("connection refused")),
};
const LATER = { status: 503, error: "temporarily_unavailable" };

describe("a client's metadata document", () => {
  it.each(Object.keys(DOWN))("whose publisher %s signs nobody out: the last one serves", async (how) => {
    const client = await newClient();
    const { refresh_token } = await signedIn(client);
    publish = DOWN[how] ?? null;
    expect(await refresh(client, refresh_token)).toEqual({ status: 200, error: undefined });
  });

  it("that its publisher lets be cached serves, too, once it has gone from the cache", async () => {
    const client = await newClient();
    publish = (url) => Response.json(documentOf(url), { headers: { "cache-control": "max-age=1" } });
    const { refresh_token } = await signedIn(client);
    let asked = 0;
    publish = () => {
      asked += 1;
      return new Response(null, { status: 503 });
    };
    const statuses = new Set<number>();
    const refreshed = async () => {
      statuses.add((await refresh(client, refresh_token)).status);
      return asked;
    };
    // The provider asks for it again when its cache has let go of it.
    await expect.poll(refreshed).toBeGreaterThan(0);
    expect([...statuses]).toEqual([200]);
  });

  it("that was taken away is asked for again later, and the client isn't unknown", async () => {
    const client = await newClient();
    const { refresh_token } = await signedIn(client);
    publish = () => new Response(null, { status: 404 });
    expect(await refresh(client, refresh_token)).toEqual(LATER);
    publish = null;
    expect(await refresh(client, refresh_token)).toEqual({ status: 200, error: undefined });
  });

  it("that nobody has ever seen is asked for again later, too", async () => {
    publish = () => new Response(null, { status: 503 });
    expect(await refresh(await newClient(), "a:b:c")).toEqual(LATER);
  });

  it("that speaks for another client is the client's own word, and ends there", async () => {
    const client = await newClient();
    const { refresh_token } = await signedIn(client);
    publish = () => Response.json(documentOf("https://other.example/client.json"));
    expect(await refresh(client, refresh_token)).toEqual({ status: 401, error: "invalid_client" });
  });

  it("isn't replaced by an older one where somebody signs in", async () => {
    const client = await newClient();
    await signedIn(client);
    publish = () => new Response(null, { status: 503 });
    await expect(signedIn(client)).rejects.toThrow("This app could not be verified (HTTP 503)");
  });

  it.each<[string, () => Response | Promise<Response>, number, string, string]>([
    ["an outage", () => new Response(null, { status: 502 }), 503, "status_502", "HTTP 502"],
    ["a page in its place", () => new Response("be right back"), 503, "not_json", "JSON"],
    ["a document that is gone", () => new Response(null, { status: 404 }), 503, "status_404", "HTTP 404"],
    ["a redirect", () => Response.redirect("https://other.example/", 302), 400, "redirect", "redirect"],
    ["a book", () => new Response("x".repeat(10_000)), 400, "too_long", "5 KB"],
    ["another client's", () => Response.json(documentOf("https://other.example/")), 400, "invalid", "hold"],
  ])(
    "is named in the page and the log with its app and the cause: %s",
    async (_what, answer, status, cause, words) => {
      const { client_id } = await newClient();
      publish = answer;
      lines.length = 0;
      const asked = { response_type: "code", client_id, redirect_uri: REDIRECT_URI };
      const page = await fetch(`${instance.url}/authorize?${new URLSearchParams(asked)}`);
      expect(page.status).toBe(status);
      const html = await page.text();
      expect(html).toContain("The app at agent.example");
      expect(html).toContain(words);
      const told = () => lines.filter((line) => line.includes("client_document_refused"));
      await expect.poll(told).toHaveLength(1);
      expect(JSON.parse(told()[0] ?? "")).toMatchObject({ client_host: "agent.example", cause });
    },
  );
});

test.each<[string, Error, string]>([
  ["nobody takes the connection", new TypeError("connection refused"), "no_connection"],
  ["nobody answers in time", new DOMException("took too long", "TimeoutError"), "timed_out"],
])("where %s, that is the cause", async (_what, thrown, cause) => {
  const document = new ClientDocument({} as Pick<Env, "OAUTH_KV">, false);
  await expect(document.fetch("https://agent.example/", () => Promise.reject(thrown))).rejects.toBe(thrown);
  expect([document.trouble, document.unreachable]).toEqual([cause, true]);
});
