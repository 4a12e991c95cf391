import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";
import { labOktaKeys } from "../../../cli/local/lab-keys.ts";
import { oktaAccounts, plainStaff } from "../../../lab/okta/accounts.ts";
import type { Answer } from "./falcon.ts";

const scopesOf = {
  read: "okta.users.read okta.logs.read okta.roles.read",
  suspend: "okta.users.manage",
  sessions: "okta.users.manage",
  broad: "okta.users.read",
} as const;

type App = keyof typeof scopesOf;

/** What an app says of itself to get a token; each test changes what it is about. */
export interface Assertion {
  app?: App;
  key?: string;
  scope?: string;
  claims?: Record<string, unknown>;
  /** What goes out as `DPoP`. */
  proof?: string;
}

/** A plain client of the simulated Okta org: no retries, nothing mapped. */
export class OktaOrg {
  readonly #base: string;
  readonly #clock: { ms: number };
  readonly #key = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #token = "";
  #scheme = "Bearer";

  constructor({ url, clock }: { url: string; clock: { ms: number } }) {
    this.#base = `${url}/okta`;
    this.#clock = clock;
  }

  /** A client with a token of one of the lab's apps. */
  static async signedIn(lab: { url: string; clock: { ms: number } }, app: App): Promise<OktaOrg> {
    const org = new OktaOrg(lab);
    await org.signIn({ app });
    return org;
  }

  /** A client assertion (RFC 7523) of an app. */
  assertion({ app = "read", key = labOktaKeys[app], claims = {} }: Assertion): string {
    const jwk = JSON.parse(key) as { kid: string };
    const nowS = Math.floor(this.#clock.ms / 1000);
    const id = `lab-okta-${app}`;
    const audience = `${this.#base}/oauth2/v1/token`;
    const body = {
      iss: id,
      sub: id,
      aud: audience,
      iat: nowS,
      exp: nowS + 300,
      jti: randomUUID(),
      ...claims,
    };
    return signed({ alg: "ES256", kid: jwk.kid }, body, createPrivateKey({ key: jwk, format: "jwk" }));
  }

  /** A proof of this client's key (RFC 9449). */
  proof(claims: object): string {
    const { kty, crv, x, y } = this.#key.publicKey.export({ format: "jwk" });
    const head = { typ: "dpop+jwt", alg: "ES256", jwk: { kty, crv, x, y } };
    const body = { iat: Math.floor(this.#clock.ms / 1000), jti: randomUUID(), ...claims };
    return signed(head, body, this.#key.privateKey);
  }

  async signIn(asked: Assertion = {}): Promise<Answer> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      scope: asked.scope ?? scopesOf[asked.app ?? "read"],
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: this.assertion(asked),
    });
    const answer = await this.send("POST", "/oauth2/v1/token", form, asked.proof);
    this.#token = answer.body?.access_token ?? "";
    this.#scheme = answer.body?.token_type ?? "Bearer";
    return answer;
  }

  /** Gets a bound token as an app has to that must prove its key: with the nonce that a first attempt brings. */
  async signInWithProof(app: App): Promise<Answer> {
    const claims = { htm: "POST", htu: `${this.#base}/oauth2/v1/token` };
    const first = await this.signIn({ app, proof: this.proof(claims) });
    const nonce = first.headers.get("dpop-nonce");
    return this.signIn({ app, proof: this.proof({ ...claims, nonce }) });
  }

  /** What a proof for a request with this client's token has to say. */
  claimsFor(method: string, path: string): { htm: string; htu: string; ath: string } {
    const ath = createHash("sha256").update(this.#token).digest("base64url");
    return { htm: method, htu: `${this.#base}${path}`, ath };
  }

  users(query: Record<string, string> = {}): Promise<Answer> {
    return this.get(`/api/v1/users?${new URLSearchParams(query)}`);
  }

  logs(query: Record<string, string> = {}): Promise<Answer> {
    return this.get(`/api/v1/logs?${new URLSearchParams(query)}`);
  }

  get(path: string): Promise<Answer> {
    return this.send("GET", path);
  }

  async status(id: string): Promise<string> {
    return (await this.get(`/api/v1/users/${id}`)).body.status;
  }

  lifecycle(action: "suspend" | "unsuspend", id: string): Promise<Answer> {
    return this.send("POST", `/api/v1/users/${id}/lifecycle/${action}`);
  }

  endSessions(id: string): Promise<Answer> {
    return this.send("DELETE", `/api/v1/users/${id}/sessions?oauthTokens=false&forgetDevices=true`);
  }

  /** Follows the link to the next page, if there is one. */
  async next({ headers }: Answer): Promise<Answer | undefined> {
    const url = /<([^>]*)>; rel="next"/.exec(headers.get("link") ?? "")?.[1];
    return url === undefined ? undefined : this.get(url.slice(this.#base.length));
  }

  async send(method: string, path: string, body?: URLSearchParams, proof?: string): Promise<Answer> {
    const headers = new Headers();
    if (this.#token) headers.set("authorization", `${this.#scheme} ${this.#token}`);
    if (proof !== undefined) headers.set("dpop", proof);
    const response = await fetch(`${this.#base}${path}`, { method, headers, ...(body && { body }) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) };
  }
}

function signed(head: object, body: object, key: KeyObject): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part(head)}.${part(body)}`;
  const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const found = (condition: (account: (typeof oktaAccounts)[number], index: number) => boolean): string => {
  const account = oktaAccounts.find(condition);
  if (!account) throw new Error("the org has no such user");
  return account.id;
};

/** An active user without any role. */
export const plainUser = found((_account, index) => index === 20 && index < plainStaff);
/** Somebody with an administrator's role. */
export const administrator = found(({ roles }) => roles.length > 0);
/** A suspended user. */
export const suspendedUser = found(({ status }) => status === "SUSPENDED");
/** A deactivated user. */
export const deactivatedUser = found(({ status }) => status === "DEPROVISIONED");
/** Somebody who began to enrol a TOTP factor, and has no other. */
export const halfEnrolledUser = found(
  ({ factors }) => factors.length === 1 && factors[0]?.status === "PENDING_ACTIVATION",
);
/** An id that no user has. */
export const noUser = `00u${"0".repeat(17)}`;
