import * as z from "zod";
import type { AccessToken, Credential } from "../../downstream/credential.ts";
import { exchange, jsonOf } from "../../downstream/exchange.ts";
import { contractChanged, credentialRejected } from "../../downstream/failures.ts";
import type { UpstreamAnswer } from "../../downstream/upstream.ts";
import { Failure } from "../../path/failure.ts";
import { clientAssertion, isPrivateKey } from "./client-assertion.ts";
import { okta } from "./errors.ts";
import { baseUrl } from "./settings.ts";

const OPERATION = "token";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** What we rely on of `TokenResponse`. Client credentials get no refresh token. */
const TokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.int().positive(),
  scope: z.string(),
});

type Variable<Suffix extends string> = {
  [Name in keyof Env]: Name extends `OKTA_${string}_${Suffix}` ? Name : never;
}[keyof Env];

interface ServiceApp<Name extends string> {
  readonly name: Name;
  /** Okta's OAuth scopes: all that this purpose needs. */
  readonly scopes: readonly string[];
  readonly id: Variable<"CLIENT_ID">;
  readonly key: Variable<"PRIVATE_KEY">;
}

/** A service app of the org (API Services). One for each purpose, so that any one can be revoked alone. */
function serviceApp<Name extends string>({ name, scopes, id, key }: ServiceApp<Name>) {
  return {
    name,
    vendor: okta,
    permission: scopes.join(" "),
    baseUrl,
    async mint(env, now, signal) {
      const endpoint = `${baseUrl(env)}/oauth2/v1/token`;
      const request = new Request(endpoint, {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          scope: scopes.join(" "),
          client_assertion_type: ASSERTION_TYPE,
          client_assertion: await clientAssertion(env[key], env[id], endpoint, now),
        }),
        // A redirect would carry the assertion to wherever it points.
        redirect: "manual",
        signal,
      });
      return tokenIn(await exchange(okta, OPERATION, request, signal), name, scopes, now);
    },
    authorize(headers, token) {
      headers.set("authorization", `Bearer ${token}`);
    },
    problems: (env) => [
      ...(env[id] ? [] : [`${id}: is missing`]),
      ...(isPrivateKey(env[key] ?? "") ? [] : [`${key}: must be the app's private key, a JWK with its kid`]),
    ],
  } as const satisfies Credential;
}

/**
 * The token in an answer of the token endpoint. `scope` says what it is good for: a credential that may do
 * more than it is declared for is not used, and one that may do less is refused by what it lacks.
 */
export function tokenIn(
  answer: UpstreamAnswer,
  credential: string,
  scopes: readonly string[],
  now: number,
): AccessToken {
  const asked = { operation: OPERATION, credential };
  // All there is to refuse in this request is the app and the scopes that it asks for.
  if ([400, 401, 403].includes(answer.status)) {
    throw credentialRejected(okta, asked, answer.status, isScopeRefused(answer) ? scopes.join(" ") : null);
  }
  const payload = jsonOf(answer);
  const failure = okta.errorOf(answer, payload, asked);
  if (failure !== null) throw failure;
  const parsed = TokenAnswer.safeParse(payload);
  if (!parsed.success) {
    throw contractChanged(okta, OPERATION, parsed.error.issues[0]?.path.join(".") ?? "");
  }
  const { access_token, expires_in, scope } = parsed.data;
  const granted = scope.split(" ").filter((name) => name !== "");
  const excess = granted.filter((name) => !scopes.includes(name));
  if (excess.length > 0) throw tooBroad(credential, excess);
  const lacking = scopes.filter((name) => !granted.includes(name));
  if (lacking.length > 0) throw credentialRejected(okta, asked, answer.status, lacking.join(" "));
  return { token: access_token, expires_at: now + expires_in * 1000 };
}

function tooBroad(credential: string, excess: readonly string[]): Failure {
  const scopes = excess.join(" ");
  return new Failure(
    "credential_rejected",
    `The app of Sallyport's credential ${credential} may do more at Okta than it is for: ${scopes}. It is not used.`,
    { next_step: `Tell the people who run this instance to revoke ${scopes} from the app of ${credential}.` },
  );
}

/** RFC 6749 §5.2: the app is who it says, but wasn't granted what it asked for. */
function isScopeRefused(answer: UpstreamAnswer): boolean {
  return z.object({ error: z.literal("invalid_scope") }).safeParse(jsonOf(answer)).success;
}

/** Okta's credentials: what reads can't change, what changes can't read, and suspending is apart from sessions. */
export const oktaCredentials = {
  "okta.read": serviceApp({
    name: "okta.read",
    scopes: ["okta.users.read", "okta.logs.read", "okta.roles.read"],
    id: "OKTA_READ_CLIENT_ID",
    key: "OKTA_READ_PRIVATE_KEY",
  }),
  "okta.suspend": serviceApp({
    name: "okta.suspend",
    scopes: ["okta.users.manage"],
    id: "OKTA_SUSPEND_CLIENT_ID",
    key: "OKTA_SUSPEND_PRIVATE_KEY",
  }),
  "okta.sessions": serviceApp({
    name: "okta.sessions",
    scopes: ["okta.users.manage"],
    id: "OKTA_SESSIONS_CLIENT_ID",
    key: "OKTA_SESSIONS_PRIVATE_KEY",
  }),
} as const;
