/** Declares PagerDuty's API keys, one for each purpose, and checks that a key is still good. */
import * as z from "zod";
import { Secret } from "../../toolkit/settings.ts";
import type { Credential } from "../../toolkit/upstream/credential.ts";
import { exchange, jsonOf } from "../../toolkit/upstream/exchange.ts";
import { PAGERDUTY_OPERATIONS, pagerduty } from "./errors.ts";
import type { PagerdutySettings } from "./settings.ts";

const OPERATION = PAGERDUTY_OPERATIONS.list;

/** A key is good until it is revoked; this often it is asked again whether it still is. */
const CHECK_LIFE_MS = 15 * 60_000;

interface ApiKey {
  readonly name: string;
  readonly permission: string;
  /** Its variable. */
  readonly key: string;
}

/** A REST API key. One for each purpose, so that any one can be revoked alone. */
function apiKey({ name, permission, key }: ApiKey): Credential<PagerdutySettings> {
  return {
    name,
    vendor: pagerduty,
    permission,
    secrets: z.object({ [key]: Secret.describe("REST API key") }),
    baseUrl: ({ PAGERDUTY_BASE_URL }) => PAGERDUTY_BASE_URL,
    async mint({ settings, secrets, now, signal }) {
      const { [key]: token = "" } = secrets;
      const headers = new Headers();
      authorize(headers, token, settings);
      // The smallest thing that both kinds of keys may ask. The vendor doesn't tell what a key may do.
      const request = new Request(`${settings.PAGERDUTY_BASE_URL}/incidents?limit=1`, {
        headers,
        redirect: "manual",
        signal,
      });
      const answer = await exchange(pagerduty, OPERATION, request, signal);
      const failure = pagerduty.errorOf(answer, jsonOf(answer), { operation: OPERATION, credential: name });
      if (failure !== null) throw failure;
      return { token, expires_at: now + CHECK_LIFE_MS };
    },
    authorize,
  };
}

function authorize(headers: Headers, token: string, { PAGERDUTY_FROM }: PagerdutySettings): void {
  headers.set("authorization", `Token token=${token}`);
  // The API's version, and the user in whose name incidents are opened.
  headers.set("accept", "application/vnd.pagerduty+json;version=2");
  headers.set("content-type", "application/json");
  headers.set("from", PAGERDUTY_FROM);
}

/** PagerDuty's credentials: what reads can't page. */
export const pagerdutyCredentials = {
  page: apiKey({
    name: "pagerduty.page",
    permission: "incidents.write",
    key: "PAGERDUTY_PAGE_API_KEY",
  }),
  read: apiKey({
    name: "pagerduty.read",
    permission: "incidents.read",
    key: "PAGERDUTY_READ_API_KEY",
  }),
} as const;
