/** Declares Okta's service apps, one for each purpose, and gets tokens with exactly the scopes declared. */
import type { JWK } from "jose";
import * as z from "zod";
import { Failure } from "../../../toolkit/failure.ts";
import { Secret } from "../../../toolkit/settings.ts";
import type { AccessToken, Credential } from "../../../toolkit/upstream/credential.ts";
import { exchange, jsonOf } from "../../../toolkit/upstream/exchange.ts";
import { contractChanged, credentialRejected } from "../../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../../toolkit/upstream/upstream.ts";
import { okta, proofRefused } from "../errors.ts";
import type { OktaSettings } from "../settings.ts";
import { clientAssertion, isAssertionKey } from "./client-assertion.ts";
import { held, heldIn, newKey, proofOf } from "./dpop.ts";

const OPERATION = "token";
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** What we rely on of `TokenResponse`. Client credentials get no refresh token. */
const TokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.int().positive(),
  scope: z.string(),
  token_type: z.string().nullish(),
});

const OAuthError = z.object({ error: z.string() });

/**
 * The apps that have demanded a proof of possession, by client id, as far as this isolate has seen. It saves them a
 * request without one, which Okta's own log would show as a failure.
 */
const demanding = new Set<string>();

interface ServiceApp {
  readonly name: string;
  /** Okta's OAuth scopes: all that this purpose needs. */
  readonly scopes: readonly string[];
  /** The variables of its client id and its private key. */
  readonly id: string;
  readonly key: string;
}

const PrivateKey = z
  .string()
  .default("")
  .refine(isAssertionKey, "must be the app's private key, a JWK with its kid")
  .describe("private key of the service app, a JWK with its kid");

/** A service app of the org (API Services). One for each purpose, so that any one can be revoked alone. */
function serviceApp({ name, scopes, id, key }: ServiceApp): Credential<OktaSettings> {
  return {
    name,
    vendor: okta,
    permission: scopes.join(" "),
    secrets: z.object({ [id]: Secret.describe("client id of the service app"), [key]: PrivateKey }),
    baseUrl: ({ OKTA_BASE_URL }) => OKTA_BASE_URL,
    async mint({ settings, secrets, now, signal }) {
      const { [id]: client_id = "", [key]: private_key = "" } = secrets;
      const endpoint = `${settings.OKTA_BASE_URL}/oauth2/v1/token`;
      const ask = async (proof: string | null): Promise<UpstreamAnswer> => {
        const request = new Request(endpoint, {
          method: "POST",
          headers: { accept: "application/json", ...(proof === null ? {} : { dpop: proof }) },
          body: new URLSearchParams({
            grant_type: "client_credentials",
            scope: scopes.join(" "),
            client_assertion_type: ASSERTION_TYPE,
            // Good once: each request has its own.
            client_assertion: await clientAssertion(private_key, client_id, endpoint, now),
          }),
          // A redirect would carry the assertion to wherever it points.
          redirect: "manual",
          signal,
        });
        return exchange(okta, OPERATION, request, signal);
      };
      if (!demanding.has(client_id)) {
        const answer = await ask(null);
        if (oauthErrorOf(answer) !== "invalid_dpop_proof") return tokenIn(answer, name, scopes, now);
        demanding.add(client_id);
      }
      const bound_to = await newKey();
      return tokenIn(await askWithProof(ask, bound_to, endpoint, now), name, scopes, now, bound_to);
    },
    authorize(headers, token) {
      const { access_token, key } = heldIn(token);
      headers.set("authorization", `${key === null ? "Bearer" : "DPoP"} ${access_token}`);
    },
    async prove(request, token, now) {
      const { access_token, key } = heldIn(token);
      if (key === null) return;
      const { method, url } = request;
      request.headers.set("dpop", await proofOf(key, { method, url, access_token }, now));
    },
  };
}

/** Asks with a proof, and once more with the nonce that the server then wants in it (RFC 9449 §8). */
async function askWithProof(
  ask: (proof: string) => Promise<UpstreamAnswer>,
  key: JWK,
  url: string,
  now: number,
): Promise<UpstreamAnswer> {
  const proven = { method: "POST", url };
  const answer = await ask(await proofOf(key, proven, now));
  const nonce = answer.headers.get("dpop-nonce");
  if (oauthErrorOf(answer) !== "use_dpop_nonce" || nonce === null) return answer;
  return ask(await proofOf(key, { ...proven, nonce }, now));
}

/**
 * The token in an answer of the token endpoint. `scope` says what it is good for: a credential that may do
 * more than it is declared for is not used, and one that may do less is refused by what it lacks.
 * @param bound_to the key that was proven in the request, if any
 */
export function tokenIn(
  answer: UpstreamAnswer,
  credential: string,
  scopes: readonly string[],
  now: number,
  bound_to: JWK | null = null,
): AccessToken {
  const asked = { operation: OPERATION, credential };
  const error = oauthErrorOf(answer);
  if (error === "invalid_dpop_proof" || error === "use_dpop_nonce")
    throw proofRefused(credential, answer.status);
  // All there is to refuse in this request is the app and the scopes that it asks for.
  if ([400, 401, 403].includes(answer.status)) {
    throw credentialRejected(okta, asked, answer.status, error === "invalid_scope" ? scopes.join(" ") : null);
  }
  const payload = jsonOf(answer);
  const failure = okta.errorOf(answer, payload, asked);
  if (failure !== null) throw failure;
  const parsed = TokenAnswer.safeParse(payload);
  if (!parsed.success) {
    throw contractChanged(okta, OPERATION, parsed.error.issues[0]?.path.join(".") ?? "");
  }
  const { access_token, expires_in, scope, token_type } = parsed.data;
  const granted = scope.split(" ").filter((name) => name !== "");
  const excess = granted.filter((name) => !scopes.includes(name));
  if (excess.length > 0) throw tooBroad(credential, excess);
  const lacking = scopes.filter((name) => !granted.includes(name));
  if (lacking.length > 0) throw credentialRejected(okta, asked, answer.status, lacking.join(" "));
  // An app that no longer demands proofs may get a bearer token for one.
  const key = token_type?.toLowerCase() === "dpop" ? bound_to : null;
  return { token: held({ access_token, key }), expires_at: now + expires_in * 1000 };
}

function tooBroad(credential: string, excess: readonly string[]): Failure {
  const scopes = excess.join(" ");
  return new Failure(
    "credential_rejected",
    `The app of Sallyport's credential ${credential} may do more at Okta than it is for: ${scopes}. It is not used.`,
    { next_step: `Tell the people who run this instance to revoke ${scopes} from the app of ${credential}.` },
  );
}

/** The code of an OAuth error (RFC 6749 §5.2), or `null` where an answer is none. */
function oauthErrorOf(answer: UpstreamAnswer): string | null {
  return answer.status < 400 ? null : (OAuthError.safeParse(jsonOf(answer)).data?.error ?? null);
}

/** Okta's credentials: what reads can't change, what changes can't read, and suspending is apart from sessions. */
export const oktaCredentials = {
  read: serviceApp({
    name: "okta.read",
    scopes: ["okta.users.read", "okta.logs.read", "okta.roles.read"],
    id: "OKTA_READ_CLIENT_ID",
    key: "OKTA_READ_PRIVATE_KEY",
  }),
  suspend: serviceApp({
    name: "okta.suspend",
    scopes: ["okta.users.manage"],
    id: "OKTA_SUSPEND_CLIENT_ID",
    key: "OKTA_SUSPEND_PRIVATE_KEY",
  }),
  sessions: serviceApp({
    name: "okta.sessions",
    scopes: ["okta.users.manage"],
    id: "OKTA_SESSIONS_CLIENT_ID",
    key: "OKTA_SESSIONS_PRIVATE_KEY",
  }),
} as const;
