/** What anybody can see of an instance: whether clients find their way in, and nobody else does. */
import { z } from "zod";
import { type Check, fail, ok, unknown, warn } from "./check.ts";
import { ask, bodyOf } from "./fetching.ts";
import { INITIALIZE } from "./initialize.ts";

/** Times in tokens, cookies and approvals are compared across machines. In milliseconds. */
const CLOCK_WARN_MS = 5_000;
const CLOCK_FAIL_MS = 60_000;
/** The `Date` header has whole seconds. In milliseconds. */
const DATE_STEP_MS = 1_000;
const NOT_HERE = "Is this Sallyport, and is the address its PUBLIC_URL?";

const healthShape = z.object({ ok: z.boolean(), problems: z.array(z.string()) });

/** `/healthz`: does it serve, and are its variables right? */
export async function configuration(url: string): Promise<Check[]> {
  const response = await ask(`${url}/healthz`);
  const health = await bodyOf(response, healthShape);
  if (health === null) {
    return [fail("configuration", `/healthz answered HTTP ${response.status} and no health`, NOT_HERE)];
  }
  if (health.ok) return [ok("configuration", "every variable and secret is set correctly")];
  // Every sentence names its variable and what to set.
  const advice = "Set it in the tenant's settings, or with npm run tenant -- rotate, and deploy again.";
  return health.problems.map((problem) =>
    response.ok ? warn("configuration", problem, advice) : fail("configuration", problem, advice),
  );
}

/** How far the instance's clock is from this machine's. `now` gives milliseconds since the epoch. */
export async function clock(url: string, now: () => number): Promise<Check> {
  const before = now();
  const response = await ask(`${url}/healthz`);
  const after = now();
  await response.body?.cancel();
  const date = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(date))
    return unknown("clock", "the answer has no date", "Nothing: a proxy may take it away.");
  // Anything between is as right as can be told from here.
  const skew = date + DATE_STEP_MS < before ? date + DATE_STEP_MS - before : Math.max(0, date - after);
  const words = `${Math.round(Math.abs(skew) / 1_000)} s ${skew < 0 ? "behind" : "ahead of"} this machine`;
  const advice = "Check this machine's clock first: the platform's is kept for you.";
  if (Math.abs(skew) > CLOCK_FAIL_MS) return fail("clock", words, advice);
  return Math.abs(skew) > CLOCK_WARN_MS
    ? warn("clock", words, advice)
    : ok("clock", "the same as this machine's");
}

const resourceShape = z.object({ resource: z.string(), authorization_servers: z.array(z.string()).min(1) });

/** RFC 9728: the resource says what it is called and who issues tokens for it. */
export async function resourceMetadata(url: string): Promise<Check> {
  const name = "resource metadata";
  const response = await ask(`${url}/.well-known/oauth-protected-resource/mcp`);
  const metadata = await bodyOf(response, resourceShape);
  if (metadata === null) return fail(name, `HTTP ${response.status} without metadata (RFC 9728)`, NOT_HERE);
  if (metadata.resource !== `${url}/mcp`) {
    return fail(
      name,
      `the resource calls itself ${metadata.resource}`,
      `Clients that were given ${url}/mcp will refuse it. Give them that address, or set PUBLIC_URL to ${url}.`,
    );
  }
  return ok(name, `${metadata.resource}, tokens from ${metadata.authorization_servers.join(", ")}`);
}

const serverShape = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  code_challenge_methods_supported: z.array(z.string()),
});

/** RFC 8414: the authorization server says where it is. */
export async function serverMetadata(url: string): Promise<Check> {
  const name = "authorization server metadata";
  const response = await ask(`${url}/.well-known/oauth-authorization-server`);
  const metadata = await bodyOf(response, serverShape);
  if (metadata === null) return fail(name, `HTTP ${response.status} without metadata (RFC 8414)`, NOT_HERE);
  const advice = `Set PUBLIC_URL to ${url}, and see that no proxy rewrites what it answers.`;
  const elsewhere = [metadata.issuer, metadata.authorization_endpoint, metadata.token_endpoint].filter(
    (address) => URL.parse(address)?.origin !== url,
  );
  if (elsewhere.length > 0) return fail(name, `it points elsewhere: ${elsewhere.join(", ")}`, advice);
  if (!metadata.code_challenge_methods_supported.includes("S256")) {
    return fail(name, "it doesn't offer PKCE with S256, which clients insist on", advice);
  }
  return ok(name, metadata.issuer);
}

/** Nobody gets in without a token, and whoever has none is told where to get one. */
export async function challenge(url: string): Promise<Check> {
  const name = "challenge";
  const response = await ask(`${url}/mcp`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify(INITIALIZE),
  });
  await response.body?.cancel();
  if (response.ok) {
    return fail(
      name,
      `/mcp answered HTTP ${response.status} without a token`,
      "Take it offline: it is open to all.",
    );
  }
  const metadata_url = /resource_metadata="([^"]+)"/.exec(
    response.headers.get("www-authenticate") ?? "",
  )?.[1];
  if (response.status !== 401 || metadata_url === undefined) {
    return fail(name, `/mcp answered HTTP ${response.status} without naming its metadata`, NOT_HERE);
  }
  if (URL.parse(metadata_url)?.origin !== url) {
    return fail(name, `/mcp sends clients to ${metadata_url}`, `Set PUBLIC_URL to ${url}.`);
  }
  return ok(name, "401, and where to sign in");
}

/** The console sends people to the identity provider, and that one knows this instance. */
export async function signIn(url: string): Promise<Check> {
  const name = "sign-in";
  const response = await ask(`${url}/console`);
  await response.body?.cancel();
  const location = response.headers.get("location");
  if (response.status === 503) {
    return fail(
      name,
      "the identity provider can't be reached",
      "Check OIDC_ISSUER, and the provider's own status.",
    );
  }
  const there = location === null ? null : URL.parse(location);
  if (there === null)
    return fail(name, `/console answered HTTP ${response.status} and leads nowhere`, NOT_HERE);
  if (there.origin === url) {
    return fail(
      name,
      `/console leads to ${there.pathname}`,
      "It should lead to the identity provider: see its log.",
    );
  }
  return atProvider(there, `${url}/auth/callback`);
}

/** Providers refuse an unknown client or redirect URI on the spot, and show a form or another redirect otherwise. */
async function atProvider(authorization: URL, callback: string): Promise<Check> {
  const name = "sign-in";
  const provider = `${authorization.origin}${authorization.pathname}`;
  if (authorization.searchParams.get("redirect_uri") !== callback) {
    const asked = authorization.searchParams.get("redirect_uri");
    return fail(name, `people would come back to ${asked}`, "Set PUBLIC_URL to the address that you gave.");
  }
  const response = await ask(authorization.href);
  await response.body?.cancel();
  if (response.status < 400) return ok(name, provider);
  const client = authorization.searchParams.get("client_id");
  return fail(
    name,
    `${provider} answered HTTP ${response.status}`,
    `Register the client ${client} there, with exactly the redirect URI ${callback}.`,
  );
}
