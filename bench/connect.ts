import { createHash, randomBytes } from "node:crypto";
import type { Contender } from "./contenders.ts";
import { body, type Call, headersOf, initialize, initialized, type Lane } from "./messages.ts";

/** One client of one contender: a token of its own, and on the older lane a protocol session. */
export interface Connection {
  readonly url: URL;
  readonly lane: Lane;
  readonly headers: Readonly<Record<string, string>>;
  /** Sallyport's session of this client. */
  readonly session: string;
}

const REDIRECT_URI = "http://127.0.0.1:9/callback";
const SCOPE = "devices:read devices:contain";

/** Signs in anew, as a client of 2026-07-28: it has no protocol session. */
export async function connect({ mcp_url }: Contender): Promise<Connection> {
  const { token, session } = await signIn(mcp_url);
  const headers = { authorization: `Bearer ${token}`, ...headersOf("2026") };
  return { url: new URL(mcp_url), lane: "2026", session, headers };
}

/** The same client on `lane`, with a protocol session where that lane has one. */
export async function onLane(connection: Connection, lane: Lane): Promise<Connection> {
  if (lane === connection.lane) return connection;
  const url = connection.url.href;
  const headers = { ...connection.headers, ...headersOf(lane) };
  const answer = await post(url, headers, initialize);
  const id = answer.headers.get("mcp-session-id");
  await answer.text();
  // The stateless template has no protocol sessions for clients of this era either.
  const with_session = id === null ? headers : { ...headers, "mcp-session-id": id };
  await (await post(url, with_session, initialized)).text();
  return { ...connection, lane, headers: with_session };
}

/** Registration, code flow with PKCE, and the token for the resource. */
async function signIn(mcp_url: string): Promise<{ token: string; session: string }> {
  const { origin } = new URL(mcp_url);
  const registered = await postJson<{ client_id: string }>(`${origin}/oauth/register`, {
    client_name: "bench",
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: "none",
  });
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    response_type: "code",
    client_id: registered.client_id,
    redirect_uri: REDIRECT_URI,
    resource: mcp_url,
    scope: SCOPE,
    state: "bench",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const allowed = await fetch(`${origin}/authorize?${query}`, { redirect: "manual" });
  const code = new URL(allowed.headers.get("location") ?? `${origin}/?refused`).searchParams.get("code");
  if (code === null) throw new Error(`/authorize answered ${allowed.status}: ${await allowed.text()}`);
  const answer = await fetch(`${origin}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: registered.client_id,
      redirect_uri: REDIRECT_URI,
      resource: mcp_url,
      code,
      code_verifier: verifier,
    }),
  });
  const { access_token } = (await answer.json()) as { access_token?: string };
  if (access_token === undefined) throw new Error(`/oauth/token answered ${answer.status}`);
  return { token: access_token, session: allowed.headers.get("x-session") ?? "" };
}

/** One call outside of any measurement, for what has to be there first. @returns the answer's body */
export async function callOnce(connection: Connection, call: Call): Promise<string> {
  const { url, headers, lane } = connection;
  const answer = await post(url.href, { ...headers, ...headersOf(lane, call) }, body(lane, call));
  return answer.text();
}

async function postJson<Answer>(url: string, content: unknown): Promise<Answer> {
  const answer = await post(url, { "content-type": "application/json" }, JSON.stringify(content));
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

function post(url: string, headers: Readonly<Record<string, string>>, content: string): Promise<Response> {
  return fetch(url, { method: "POST", headers: { ...headers }, body: content });
}
