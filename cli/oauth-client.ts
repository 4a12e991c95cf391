/**
 * An MCP client's way to a token, as any client would go it: discovery from the resource, registration, code flow
 * with PKCE, a person's sign-in at the lab and their consent. Web APIs only.
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  dynamicClientRegistration,
  None,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
} from "openid-client";
import { Browser, type Fetch, type Form, formOn, headingOf, type Page } from "./browser.ts";

/** Nobody listens there: the code is read off the redirect. */
const REDIRECT_URI = "http://127.0.0.1:9/callback";
/** Everybody's password at the lab. */
const LAB_PASSWORD = "lab";

export interface ClientOptions {
  /** The resource, such as `http://localhost:8787/mcp`. */
  readonly mcpUrl: string;
  readonly clientName?: string;
  readonly redirectUri?: string;
  /** A client that exists already. Without it, one is registered. */
  readonly clientId?: string;
  readonly fetch?: Fetch;
}

export interface SignInOptions extends ClientOptions {
  /** Lab user: `responder`. */
  readonly user: string;
  /** Space-separated, as in OAuth. */
  readonly scope: string;
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly client_id: string;
  /** What was granted, space-separated. */
  readonly scope: string;
}

/** Signs `user` in, allows exactly `scope`, and returns the tokens. @throws Error when that isn't on offer */
export async function signIn({ user, scope, ...options }: SignInOptions): Promise<Tokens> {
  const client = await OAuthClient.find(options);
  const page = await client.openConsentPage({ user, scope });
  // Nothing to tick: whoever asks for it by name gets it.
  const wanted = scope.split(" ").filter((name) => name !== "offline_access");
  const missing = wanted.filter((name) => !page.offered.includes(name));
  if (missing.length > 0) throw new Error(`the role of ${user} doesn't allow ${missing.join(" ")}`);
  return page.allow(wanted);
}

/** What a client keeps to itself between its request and the answer. */
export interface Sent {
  readonly state: string;
  readonly verifier: string;
}

/** A registered client. */
export class OAuthClient {
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly resource: string;
  readonly configuration: Configuration;
  readonly #fetch: Fetch;

  private constructor(configuration: Configuration, resource: string, redirect_uri: string, fetch: Fetch) {
    this.configuration = configuration;
    this.client_id = configuration.clientMetadata().client_id;
    this.resource = resource;
    this.redirect_uri = redirect_uri;
    this.#fetch = fetch;
  }

  /** Finds the authorization server by the resource's own word, and registers unless `clientId` is given. */
  static async find(options: ClientOptions): Promise<OAuthClient> {
    const { mcpUrl, clientName = "Sallyport command line", redirectUri = REDIRECT_URI, clientId } = options;
    const send: Fetch = options.fetch ?? ((url, init) => fetch(url, init));
    const { resource, issuer } = await discover(mcpUrl, send);
    const how = {
      algorithm: "oauth2",
      execute: issuer.protocol === "http:" ? [allowInsecureRequests] : [],
      [customFetch]: (url: string, init: object) => send(url, init),
    } as const;
    const metadata = {
      client_name: clientName,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
    };
    const configuration = clientId
      ? await discovery(issuer, clientId, {}, None(), how)
      : await dynamicClientRegistration(issuer, metadata, None(), how);
    return new OAuthClient(configuration, resource, redirectUri, send);
  }

  /** An authorization request, with what it takes to redeem its answer. */
  async authorizationRequest(scope: string): Promise<{ url: URL } & Sent> {
    const state = randomState();
    const verifier = randomPKCECodeVerifier();
    const url = buildAuthorizationUrl(this.configuration, {
      redirect_uri: this.redirect_uri,
      resource: this.resource,
      scope,
      state,
      code_challenge: await calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    return { url, state, verifier };
  }

  /** A browser that stops at the client's own redirect URI, and wherever else `stops_at` says. */
  browser(stops_at: (url: URL) => boolean = () => false): Browser {
    return new Browser(this.#fetch, (url) => url.href.startsWith(this.redirect_uri) || stops_at(url));
  }

  /** Signs `user` in and stops at the page that asks for their consent. @throws Error if another page comes up */
  async openConsentPage(options: {
    readonly user: string;
    readonly scope: string;
    readonly browser?: Browser;
  }): Promise<ConsentPage> {
    const { user, scope, browser = this.browser() } = options;
    const { url, state, verifier } = await this.authorizationRequest(scope);
    const page = await this.signInAt(await browser.open(url.href), user, browser);
    if (page.status !== 200) {
      const { origin, pathname } = new URL(page.url);
      throw new Error(`${headingOf(page.html)} (HTTP ${page.status}) at ${origin}${pathname}`);
    }
    return new ConsentPage(this, browser, page, { state, verifier });
  }

  /** Fills the lab's sign-in form, unless the browser is signed in already. */
  async signInAt(page: Page, user: string, browser: Browser): Promise<Page> {
    const asks = page.html.includes('name="password"');
    return asks ? browser.submit(formOn(page), { login: user, password: LAB_PASSWORD }) : page;
  }

  /** Redeems the answer in `url`. @throws whatever openid-client throws when it is an error or doesn't fit */
  async redeem(url: string, { state, verifier }: Sent): Promise<Tokens> {
    const checks = { expectedState: state, pkceCodeVerifier: verifier };
    const { resource } = this;
    return this.#tokens(await authorizationCodeGrant(this.configuration, new URL(url), checks, { resource }));
  }

  /**
   * @param scope what the new access token is to be narrowed to, space-separated
   * @throws openid-client's ResponseBodyError with the server's `error`
   */
  async refresh(refresh_token: string, scope?: string): Promise<Tokens> {
    const asked = { resource: this.resource, ...(scope === undefined ? {} : { scope }) };
    return this.#tokens(await refreshTokenGrant(this.configuration, refresh_token, asked));
  }

  #tokens({
    access_token,
    refresh_token = "",
    scope = "",
  }: Partial<Tokens> & { access_token: string }): Tokens {
    return { access_token, refresh_token, client_id: this.client_id, scope };
  }
}

/** The page that asks a person what a client may do for them. */
export class ConsentPage {
  readonly html: string;
  readonly headers: Headers;
  readonly form: Form;
  /** The scopes that can be ticked. */
  readonly offered: readonly string[];
  /** Those that are. */
  readonly ticked: readonly string[];
  readonly #client: OAuthClient;
  readonly #browser: Browser;
  /** What it takes to redeem the answer. */
  readonly sent: Sent;

  constructor(client: OAuthClient, browser: Browser, page: Page, sent: Sent) {
    this.#client = client;
    this.#browser = browser;
    this.sent = sent;
    this.html = page.html;
    this.headers = page.headers;
    this.form = formOn(page);
    const boxes = this.form.boxes.filter(({ name }) => name === "scope");
    this.offered = boxes.map(({ value }) => value);
    this.ticked = boxes.filter(({ ticked }) => ticked).map(({ value }) => value);
  }

  /** Presses Allow with exactly `scopes` ticked, and redeems the code. */
  async allow(scopes: readonly string[] = this.ticked): Promise<Tokens> {
    const { url } = await this.press("approve", scopes);
    return this.#client.redeem(url, this.sent);
  }

  /** Presses a button and returns where that leads. `fields` take the place of the form's own. */
  press(
    decision: "approve" | "deny",
    scopes: readonly string[] = this.ticked,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    return this.#browser.submit(this.form, { scope: scopes, decision, ...fields });
  }

  /** The page that came up in place of this one, for the same request. */
  onto(page: Page): ConsentPage {
    return new ConsentPage(this.#client, this.#browser, page, this.sent);
  }
}

/** RFC 9728: the challenge names the resource's metadata, which names its authorization server. */
async function discover(mcpUrl: string, send: Fetch): Promise<{ resource: string; issuer: URL }> {
  const refusal = await send(mcpUrl, { method: "GET" });
  const metadata_url = /resource_metadata="([^"]+)"/.exec(refusal.headers.get("www-authenticate") ?? "")?.[1];
  if (metadata_url === undefined) throw new Error(`${mcpUrl} answered ${refusal.status} without a challenge`);
  const metadata = await (await send(metadata_url, { method: "GET" })).json();
  const { resource, authorization_servers } = metadata as {
    resource: string;
    authorization_servers: string[];
  };
  return { resource, issuer: new URL(authorization_servers[0] ?? "") };
}
