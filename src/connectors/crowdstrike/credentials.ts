import * as z from "zod";
import type { AccessToken, Credential } from "../../toolkit/upstream/credential.ts";
import { exchange, jsonOf } from "../../toolkit/upstream/exchange.ts";
import { contractChanged, credentialRejected, misconfigured } from "../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import { apiNamedIn, isCloud } from "./clouds.ts";
import { crowdstrike, otherCloud } from "./errors.ts";
import { baseUrl, memberCid } from "./settings.ts";

const OPERATION = "oauth2AccessToken";

/** What we rely on of `domain.AccessTokenResponseV1`. There is no refresh token. */
const TokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.int().positive() });

type Variable = {
  [Name in keyof Env]: Name extends `CROWDSTRIKE_${string}_CLIENT_${"ID" | "SECRET"}` ? Name : never;
}[keyof Env];

interface ApiClient<Name extends string> {
  readonly name: Name;
  readonly permission: string;
  readonly id: Variable;
  readonly secret: Variable;
}

/** An API client of the Falcon console. One for each purpose, so that any one can be revoked alone. */
function apiClient<Name extends string>({ name, permission, id, secret }: ApiClient<Name>) {
  return {
    name,
    vendor: crowdstrike,
    permission,
    baseUrl,
    async mint(env, now, signal) {
      const member_cid = memberCid(env);
      const request = new Request(`${baseUrl(env)}/oauth2/token`, {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams({
          client_id: env[id],
          client_secret: env[secret],
          ...(member_cid === null ? {} : { member_cid }),
        }),
        // A redirect would carry the secret to wherever it points.
        redirect: "manual",
        signal,
      });
      return tokenIn(await exchange(crowdstrike, OPERATION, request, signal), name, now, env);
    },
    authorize(headers, token) {
      headers.set("authorization", `Bearer ${token}`);
    },
    problems: (env) =>
      [id, secret].filter((variable) => !env[variable]).map((variable) => `${variable}: is missing`),
  } as const satisfies Credential;
}

/** The token in an answer of the token endpoint, which answers 201. */
function tokenIn(answer: UpstreamAnswer, credential: string, now: number, env: Env): AccessToken {
  const asked = { operation: OPERATION, credential };
  if (memberCid(env) !== null && [400, 403].includes(answer.status)) throw noSuchMember(answer.status);
  // The only thing left to refuse in this request is the credential, so a 400 means that, too.
  if ([400, 401, 403].includes(answer.status)) throw credentialRejected(crowdstrike, asked, answer.status);
  const payload = jsonOf(answer);
  const failure = crowdstrike.errorOf(answer, payload, asked);
  if (failure !== null) throw failure;
  const parsed = TokenAnswer.safeParse(payload);
  if (!parsed.success) {
    throw contractChanged(crowdstrike, OPERATION, parsed.error.issues[0]?.path.join(".") ?? "");
  }
  // Any cloud signs anybody in, and then refuses the token everywhere but at home.
  const home = apiNamedIn(answer.headers);
  if (home !== null && isCloud(baseUrl(env)) && home !== baseUrl(env)) throw otherCloud(answer);
  return { token: parsed.data.access_token, expires_at: now + parsed.data.expires_in * 1000 };
}

function noSuchMember(status: number) {
  return misconfigured(crowdstrike, {
    settings: ["CROWDSTRIKE_MEMBER_CID"],
    field: "member_cid",
    why: "The API client is wrong, or may not act for that customer.",
    status,
  });
}

/** CrowdStrike's credentials: what reads can't change, what changes can't read, and hosts are apart from alerts. */
export const crowdstrikeCredentials = {
  read: apiClient({
    name: "crowdstrike.read",
    permission: "Hosts: READ",
    id: "CROWDSTRIKE_READ_CLIENT_ID",
    secret: "CROWDSTRIKE_READ_CLIENT_SECRET",
  }),
  contain: apiClient({
    name: "crowdstrike.contain",
    permission: "Hosts: WRITE",
    id: "CROWDSTRIKE_CONTAIN_CLIENT_ID",
    secret: "CROWDSTRIKE_CONTAIN_CLIENT_SECRET",
  }),
  alerts_read: apiClient({
    name: "crowdstrike.alerts_read",
    permission: "Alerts: READ",
    id: "CROWDSTRIKE_ALERTS_READ_CLIENT_ID",
    secret: "CROWDSTRIKE_ALERTS_READ_CLIENT_SECRET",
  }),
  alerts_write: apiClient({
    name: "crowdstrike.alerts_write",
    permission: "Alerts: WRITE",
    id: "CROWDSTRIKE_ALERTS_WRITE_CLIENT_ID",
    secret: "CROWDSTRIKE_ALERTS_WRITE_CLIENT_SECRET",
  }),
} as const;
