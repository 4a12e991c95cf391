import { createHash, randomBytes } from "node:crypto";

/** As little of a browser as signing in takes: cookies, redirects and one form. */
export class Browser {
  readonly #cookies = new Map<string, { value: string; path: string }>();

  /** Fetches a page, following redirects until one leads to where `stop` says, or a page is there. */
  async visit(
    url: string,
    init: RequestInit = {},
    stop = (_url: URL) => false,
  ): Promise<{ url: URL; response?: Response }> {
    let at = new URL(url);
    let request = init;
    for (let hops = 0; hops < 15; hops++) {
      if (stop(at)) return { url: at };
      const headers = { ...request.headers, cookie: this.#header(at) };
      const response = await fetch(at, { ...request, headers, redirect: "manual" });
      for (const line of response.headers.getSetCookie()) this.#store(line);
      const location = response.headers.get("location");
      if (!location) return { url: at, response };
      await response.body?.cancel();
      at = new URL(location, at);
      request = {};
    }
    throw new Error("too many redirects");
  }

  #store(line: string) {
    const [pair = "", ...attributes] = line.split(/;\s*/);
    const [name = "", ...value] = pair.split("=");
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? "/";
    if (attributes.some((attribute) => /^secure$/i.test(attribute)))
      throw new Error("a Secure cookie on plain http");
    const expires = attributes.find((attribute) => /^expires=/i.test(attribute))?.slice(8);
    if (expires && Date.parse(expires) < Date.now()) this.#cookies.delete(name);
    else this.#cookies.set(name, { value: value.join("="), path });
  }

  #header(url: URL): string {
    return [...this.#cookies]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join("; ");
  }
}

const relyingParty = { id: "sallyport", secret: "lab-oidc-secret" };

/** A relying party that has begun a sign-in. */
export interface Authorization {
  url: string;
  redirectUri: string;
  verifier: string;
  nonce: string;
  state: string;
}

/** Begins an authorization code request with PKCE and nonce. */
export async function authorization(
  issuer: string,
  extra: Record<string, string> = {},
): Promise<Authorization> {
  const { authorization_endpoint } = await discovery(issuer);
  const verifier = randomBytes(32).toString("base64url");
  const nonce = randomBytes(16).toString("base64url");
  const state = randomBytes(16).toString("base64url");
  const redirectUri = extra.redirect_uri ?? "http://localhost:41234/auth/callback";
  const url = new URL(authorization_endpoint);
  const parameters = {
    response_type: "code",
    client_id: relyingParty.id,
    redirect_uri: redirectUri,
    scope: "openid profile email groups offline_access",
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    nonce,
    state,
    ...extra,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== "") url.searchParams.set(name, value);
  return { url: url.href, redirectUri, verifier, nonce, state };
}

/** The provider's metadata. */
export async function discovery(
  issuer: string,
): Promise<Record<string, string> & { authorization_endpoint: string }> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  return (await response.json()) as Record<string, string> & { authorization_endpoint: string };
}

/** The action and the fields of a page's one form. */
export function parseForm(page: string): {
  action: string;
  fields: string[];
  hidden: Record<string, string>;
} {
  const action = /<form[^>]*action="([^"]*)"/.exec(page)?.[1] ?? "";
  const inputs = [...page.matchAll(/<input[^>]*>/g)].map(([input]) => input);
  const attribute = (input: string, name: string) =>
    new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? "";
  const hidden = inputs.filter((input) => attribute(input, "type") === "hidden");
  return {
    action,
    fields: inputs.map((input) => attribute(input, "name")),
    hidden: Object.fromEntries(hidden.map((input) => [attribute(input, "name"), attribute(input, "value")])),
  };
}

/** Submits a sign-in form; ends at the callback, or on the page that came instead. */
export async function submit(
  browser: Browser,
  page: { url: URL; response?: Response },
  redirectUri: string,
  login: string,
  password = "lab",
): Promise<{ url: URL; response?: Response }> {
  const { action, hidden } = parseForm((await page.response?.text()) ?? "");
  const body = new URLSearchParams({ ...hidden, login, password });
  return browser.visit(new URL(action, page.url).href, { method: "POST", body }, (url) =>
    url.href.startsWith(redirectUri),
  );
}

/** What the token endpoint answered. */
export interface Tokens {
  status: number;
  id_token: string;
  access_token: string;
  refresh_token: string;
  error?: string;
}

/** Asks the token endpoint. */
async function token(issuer: string, parameters: Record<string, string>): Promise<Tokens> {
  const { token_endpoint = "" } = await discovery(issuer);
  const basic = Buffer.from(`${relyingParty.id}:${relyingParty.secret}`).toString("base64");
  const response = await fetch(token_endpoint, {
    method: "POST",
    headers: { authorization: `Basic ${basic}` },
    body: new URLSearchParams(parameters),
  });
  return { status: response.status, ...((await response.json()) as Omit<Tokens, "status">) };
}

/** Exchanges the code at the end of an authorization. */
export function exchange(
  issuer: string,
  callback: URL,
  { redirectUri, verifier }: Authorization,
): Promise<Tokens> {
  const code = callback.searchParams.get("code") ?? "";
  return token(issuer, {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });
}

/** Uses a refresh token. */
export function refresh(issuer: string, refresh_token: string): Promise<Tokens> {
  return token(issuer, { grant_type: "refresh_token", refresh_token });
}

/** Signs in from the authorization request to the tokens. */
export async function signIn(
  issuer: string,
  login: string,
  extra: Record<string, string> = {},
): Promise<Tokens> {
  const browser = new Browser();
  const request = await authorization(issuer, extra);
  const callback = await submit(browser, await browser.visit(request.url), request.redirectUri, login);
  return exchange(issuer, callback.url, request);
}

/** The claims of a JWT, unverified. */
export function claims(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
}
