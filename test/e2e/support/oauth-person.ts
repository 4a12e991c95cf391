import type { OAuthClientProvider, OAuthDiscoveryState } from "@modelcontextprotocol/client";
import type { OAuthClientInformationMixed, OAuthTokens } from "@modelcontextprotocol/sdk/shared/auth.js";
import { Browser, formOn, headingOf, type Page } from "../../../cli/browser.ts";

/** Nobody listens there: the answer is read off the redirect. */
const REDIRECT_URI = "http://127.0.0.1:9/callback";
/** Everybody's password at the lab. */
const PASSWORD = "lab";
const METADATA = {
  client_name: "A client of its own",
  redirect_uris: [REDIRECT_URI],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: "none",
};

/**
 * What an MCP client is given to sign in with, kept in memory, together with the person in front of it: when the
 * client opens the browser, they sign in at the lab and allow what is ticked. Both SDKs take it.
 */
export class OAuthPerson implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT_URI;
  readonly clientMetadata = METADATA;
  /** Where the client publishes what it is. A client that has such an address doesn't register. */
  readonly clientMetadataUrl?: string;
  /** Every authorization request that the client sent its person to. */
  readonly asked: URL[] = [];
  readonly #user: string;
  #client: OAuthClientInformationMixed | undefined;
  #tokens: OAuthTokens | undefined;
  #verifier = "";
  #state = "";
  #discovered: OAuthDiscoveryState | undefined;

  /** @param user lab user */
  constructor(user: string, metadataUrl?: string) {
    this.#user = user;
    if (metadataUrl !== undefined) this.clientMetadataUrl = metadataUrl;
  }

  /** What stands at a client's address: its metadata, under that address as its id. */
  static published(metadataUrl: string): object {
    return { client_id: metadataUrl, ...METADATA };
  }

  clientInformation(): OAuthClientInformationMixed | undefined {
    return this.#client;
  }

  saveClientInformation(client: OAuthClientInformationMixed): void {
    this.#client = client;
  }

  tokens(): OAuthTokens | undefined {
    return this.#tokens;
  }

  saveTokens(tokens: OAuthTokens): void {
    this.#tokens = tokens;
  }

  codeVerifier(): string {
    return this.#verifier;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  /** Whom the client believed to be its person's authorization server when it sent them there. */
  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovered;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovered = state;
  }

  state(): string {
    this.#state = crypto.randomUUID();
    return this.#state;
  }

  redirectToAuthorization(url: URL): void {
    this.asked.push(url);
  }

  /** Makes the client's access token worthless, as time would. */
  spoilAccessToken(): void {
    if (this.#tokens !== undefined) this.#tokens = { ...this.#tokens, access_token: "expired" };
  }

  /**
   * The person does what the client's last authorization request asks for, ticking exactly what it asks for.
   * @returns the parameters that come back to the client
   * @throws Error when they end up anywhere else
   */
  async allow(): Promise<URLSearchParams> {
    const browser = new Browser(
      (url, init) => fetch(url, init),
      (url) => url.href.startsWith(REDIRECT_URI),
    );
    const asked = this.asked.at(-1);
    if (asked === undefined) throw new Error("the client has not asked for anything");
    const consent = await this.#signIn(browser, await browser.open(asked.href));
    const { boxes, ...form } = formOn(consent);
    const scope = boxes.filter(({ ticked }) => ticked).map(({ value }) => value);
    const { url } = await browser.submit({ ...form, boxes }, { scope, decision: "approve" });
    const answer = new URL(url).searchParams;
    if (!url.startsWith(REDIRECT_URI) || answer.get("state") !== this.#state) {
      throw new Error(`the person ended up at ${url}`);
    }
    return answer;
  }

  async #signIn(browser: Browser, page: Page): Promise<Page> {
    const asks = page.html.includes('name="password"');
    const next = asks ? await browser.submit(formOn(page), { login: this.#user, password: PASSWORD }) : page;
    if (next.status !== 200) throw new Error(`${headingOf(next.html)} (HTTP ${next.status}) at ${next.url}`);
    return next;
  }
}
