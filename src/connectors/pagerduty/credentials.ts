import type { AccessToken, Credential } from "../../toolkit/upstream/credential.ts";
import { exchange, jsonOf } from "../../toolkit/upstream/exchange.ts";
import { OPERATIONS, pagerduty } from "./errors.ts";
import { baseUrl } from "./settings.ts";

const OPERATION = OPERATIONS.list;

/** A key is good until it is revoked; this often it is asked again whether it still is. */
const CHECK_LIFE_MS = 15 * 60_000;

type Variable = {
  [Name in keyof Env]: Name extends `PAGERDUTY_${string}_API_KEY` ? Name : never;
}[keyof Env];

interface ApiKey<Name extends string> {
  readonly name: Name;
  readonly permission: string;
  readonly key: Variable;
}

/** A REST API key. One for each purpose, so that any one can be revoked alone. */
function apiKey<Name extends string>({ name, permission, key }: ApiKey<Name>) {
  const credential = {
    name,
    vendor: pagerduty,
    permission,
    baseUrl,
    async mint(env, now, signal) {
      const headers = new Headers();
      credential.authorize(headers, env[key], env);
      // The smallest thing that both kinds of keys may ask. The vendor doesn't tell what a key may do.
      const request = new Request(`${baseUrl(env)}/incidents?limit=1`, {
        headers,
        redirect: "manual",
        signal,
      });
      const answer = await exchange(pagerduty, OPERATION, request, signal);
      const failure = pagerduty.errorOf(answer, jsonOf(answer), { operation: OPERATION, credential: name });
      if (failure !== null) throw failure;
      return { token: env[key], expires_at: now + CHECK_LIFE_MS } satisfies AccessToken;
    },
    authorize(headers, token, env) {
      headers.set("authorization", `Token token=${token}`);
      // The API's version, and the user in whose name incidents are opened.
      headers.set("accept", "application/vnd.pagerduty+json;version=2");
      headers.set("content-type", "application/json");
      headers.set("from", env.PAGERDUTY_FROM);
    },
    problems: (env) => (env[key] ? [] : [`${key}: is missing`]),
  } as const satisfies Credential;
  return credential;
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
