/** Declares CrowdStrike's API clients, one for each purpose, and gets tokens with them. */
import * as z from "zod";
import { Secret } from "../../toolkit/settings.ts";
import type { AccessToken, Credential } from "../../toolkit/upstream/credential.ts";
import { exchange, jsonOf } from "../../toolkit/upstream/exchange.ts";
import { contractChanged, credentialRejected, misconfigured } from "../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import { apiNamedIn, isCloud } from "./clouds.ts";
import { crowdstrike, otherCloud } from "./errors.ts";
import type { CrowdstrikeSettings } from "./settings.ts";

const OPERATION = "oauth2AccessToken";

/** What we rely on of `domain.AccessTokenResponseV1`. There is no refresh token. */
const TokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.int().positive() });

interface ApiClient {
  readonly name: string;
  readonly permission: string;
  /** The variables of its id and its secret. */
  readonly id: string;
  readonly secret: string;
}

/** An API client of the Falcon console. One for each purpose, so that any one can be revoked alone. */
function apiClient({ name, permission, id, secret }: ApiClient): Credential<CrowdstrikeSettings> {
  return {
    name,
    vendor: crowdstrike,
    permission,
    secrets: z.object({
      [id]: Secret.describe("id of the API client"),
      [secret]: Secret.describe("secret of the API client"),
    }),
    baseUrl: ({ CROWDSTRIKE_BASE_URL }) => CROWDSTRIKE_BASE_URL,
    async mint({ settings, secrets, now, signal }) {
      const { CROWDSTRIKE_BASE_URL, CROWDSTRIKE_MEMBER_CID: member_cid } = settings;
      const { [id]: client_id = "", [secret]: client_secret = "" } = secrets;
      const request = new Request(`${CROWDSTRIKE_BASE_URL}/oauth2/token`, {
        method: "POST",
        headers: { accept: "application/json" },
        body: new URLSearchParams({
          client_id,
          client_secret,
          ...(member_cid === null ? {} : { member_cid }),
        }),
        // A redirect would carry the secret to wherever it points.
        redirect: "manual",
        signal,
      });
      return tokenIn(await exchange(crowdstrike, OPERATION, request, signal), name, now, settings);
    },
    authorize(headers, token) {
      headers.set("authorization", `Bearer ${token}`);
    },
  };
}

/** The token in an answer of the token endpoint, which answers 201. */
function tokenIn(
  answer: UpstreamAnswer,
  credential: string,
  now: number,
  settings: CrowdstrikeSettings,
): AccessToken {
  const asked = { operation: OPERATION, credential };
  if (settings.CROWDSTRIKE_MEMBER_CID !== null && [400, 403].includes(answer.status))
    throw noSuchMember(answer.status);
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
  const { CROWDSTRIKE_BASE_URL: used } = settings;
  if (home !== null && isCloud(used) && home !== used) throw otherCloud(answer);
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
