import type { Credential } from "../../toolkit/upstream/credential.ts";
import { elastic } from "./errors.ts";
import { baseUrl } from "./settings.ts";

/** A key is used as it is. This is how long it is remembered before the environment is looked at again. */
const REMEMBERED_MS = 60 * 60 * 1000;

type Variable = {
  [Name in keyof Env]: Name extends `ELASTIC_${string}_API_KEY` ? Name : never;
}[keyof Env];

interface ApiKey<Name extends string> {
  readonly name: Name;
  readonly permission: string;
  readonly key: Variable;
}

/** What a key's encoded form consists of. Anything else could end the header early. */
const ENCODED = /^[\w+/=-]+$/;

/**
 * An API key of Kibana's stack, in its encoded form. One for each purpose, so that any one can be revoked alone.
 *
 * No operation that the vendor describes for our purposes tells what a key may do: one that may do more than it
 * should can't be told from one that may not.
 */
function apiKey<Name extends string>({ name, permission, key }: ApiKey<Name>) {
  return {
    name,
    vendor: elastic,
    permission,
    baseUrl,
    async mint(env, now) {
      return { token: env[key], expires_at: now + REMEMBERED_MS };
    },
    authorize(headers, token) {
      headers.set("authorization", `ApiKey ${token}`);
      // Kibana refuses a change without it, whatever it says.
      headers.set("kbn-xsrf", "sallyport");
    },
    problems: (env) =>
      ENCODED.test(env[key] ?? "")
        ? []
        : [`${key}: ${env[key] ? "is not an encoded API key" : "is missing"}`],
  } as const satisfies Credential;
}

/** Elastic's credentials: what reads can't change, and what changes alerts can't open cases. */
export const elasticCredentials = {
  read: apiKey({
    name: "elastic.read",
    permission: "Security: Read, Cases: Read",
    key: "ELASTIC_READ_API_KEY",
  }),
  alerts: apiKey({
    name: "elastic.alerts",
    permission: "Security: Read, write on .alerts-security.alerts-*",
    key: "ELASTIC_ALERTS_API_KEY",
  }),
  cases: apiKey({
    name: "elastic.cases",
    permission: "Cases: All",
    key: "ELASTIC_CASES_API_KEY",
  }),
} as const;
