import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { oktaAccounts, plainStaff } from "../../../lab/okta/accounts.ts";
import { labOktaKeys } from "../../../scripts/lab-keys.ts";
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
}

/** A plain client of the simulated Okta org: no retries, nothing mapped. */
export class OktaOrg {
  readonly #base: string;
  readonly #clock: { ms: number };
  #token = "";

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
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "ES256", kid: jwk.kid })}.${part(body)}`;
    const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
    const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
  }

  async signIn(asked: Assertion = {}): Promise<Answer> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      scope: asked.scope ?? scopesOf[asked.app ?? "read"],
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: this.assertion(asked),
    });
    const answer = await this.send("POST", "/oauth2/v1/token", form);
    this.#token = answer.body?.access_token ?? "";
    return answer;
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

  async send(method: string, path: string, body?: URLSearchParams): Promise<Answer> {
    const headers = new Headers();
    if (this.#token) headers.set("authorization", `Bearer ${this.#token}`);
    const response = await fetch(`${this.#base}${path}`, { method, headers, ...(body && { body }) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) };
  }
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
