/**
 * Declares Jira's accounts, one for each purpose, and refuses a token that is nobody's or an
 * administrator's.
 */
import * as z from "zod";
import { Failure } from "../../toolkit/failure.ts";
import { Secret } from "../../toolkit/settings.ts";
import type { Credential } from "../../toolkit/upstream/credential.ts";
import { exchange, jsonOf } from "../../toolkit/upstream/exchange.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import type { UpstreamAnswer } from "../../toolkit/upstream/upstream.ts";
import { JIRA_OPERATIONS, jira } from "./errors.ts";
import { CurrentUser } from "./schemas.ts";
import type { JiraSettings } from "./settings.ts";

const OPERATION = JIRA_OPERATIONS.whoAmI;

/** An API token is good until it is revoked; this often it is asked again whether it still is. */
const CHECK_LIFE_MS = 15 * 60_000;

/** The groups that Jira Cloud gives its administrators, the newer ones with the site's name behind. */
const ADMINISTRATORS = /^(site-admins|org-admins|administrators|jira-admin(istrator)?s(-[\w-]+)?)$/;

interface Account {
  readonly name: string;
  readonly permission: string;
  /** The variables of its address and its token. */
  readonly email: string;
  readonly token: string;
}

/** An account with an API token. One for each purpose, so that any one can be revoked alone. */
function account({ name, permission, email, token }: Account): Credential<JiraSettings> {
  return {
    name,
    vendor: jira,
    permission,
    secrets: z.object({
      [email]: Secret.describe("address of the account"),
      [token]: Secret.describe("API token of the account"),
    }),
    baseUrl: ({ JIRA_BASE_URL }) => JIRA_BASE_URL,
    async mint({ settings, secrets, now, signal }) {
      const basic = Buffer.from(`${secrets[email]}:${secrets[token]}`).toString("base64");
      // Jira takes a wrong token for nobody, and nobody's searches succeed and find nothing. This one doesn't.
      const request = new Request(`${settings.JIRA_BASE_URL}/rest/api/3/myself?expand=groups`, {
        headers: { accept: "application/json", authorization: `Basic ${basic}` },
        redirect: "manual",
        signal,
      });
      checked(await exchange(jira, OPERATION, request, signal), name);
      return { token: basic, expires_at: now + CHECK_LIFE_MS };
    },
    authorize(headers, basic) {
      headers.set("authorization", `Basic ${basic}`);
    },
  };
}

/** @throws Failure unless the answer says that the token belongs to an account, and to no administrator */
function checked(answer: UpstreamAnswer, credential: string): void {
  const asked = { operation: OPERATION, credential };
  const payload = jsonOf(answer);
  const failure = jira.errorOf(answer, payload, asked);
  if (failure !== null) throw failure;
  const parsed = CurrentUser.safeParse(payload);
  if (!parsed.success) {
    throw contractChanged(jira, OPERATION, parsed.error.issues[0]?.path.join(".") ?? "");
  }
  const names = (parsed.data.groups?.items ?? []).map(({ name }) => name ?? "");
  const group = names.find((name) => ADMINISTRATORS.test(name));
  if (group !== undefined) throw tooBroad(credential, group);
}

function tooBroad(credential: string, group: string): Failure {
  return new Failure(
    "credential_rejected",
    `The account of Sallyport's credential ${credential} administers Jira, which is more than it is for. It is not used.`,
    {
      next_step: `Tell the people who run this instance to remove the account of ${credential} from the group ${group}.`,
    },
  );
}

/** Jira's credentials: what reads can't create. */
export const jiraCredentials = {
  create: account({
    name: "jira.create",
    permission: "Create issues",
    email: "JIRA_CREATE_EMAIL",
    token: "JIRA_CREATE_API_TOKEN",
  }),
  read: account({
    name: "jira.read",
    permission: "Browse projects",
    email: "JIRA_READ_EMAIL",
    token: "JIRA_READ_API_TOKEN",
  }),
} as const;
