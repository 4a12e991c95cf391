/** Declares Elastic's API keys, one for each purpose, and how they go on a request. */
import * as z from "zod";
import { Secret } from "../../toolkit/settings.ts";
import type { Credential } from "../../toolkit/upstream/credential.ts";
import { elastic } from "./errors.ts";
import { type ElasticSettings, kibanaOf } from "./settings.ts";

/** A key is used as it is. This is how long it is remembered before the environment is looked at again. */
const REMEMBERED_MS = 60 * 60 * 1000;

interface ApiKey {
  readonly name: string;
  readonly permission: string;
  /** Its variable. */
  readonly key: string;
}

/** What a key's encoded form consists of. Anything else could end the header early. */
const Encoded = Secret.regex(/^[\w+/=-]+$/, "is not an encoded API key").describe("API key, encoded");

/**
 * An API key of Kibana's stack, in its encoded form. One for each purpose, so that any one can be revoked alone.
 *
 * No operation that the vendor describes for our purposes tells what a key may do: one that may do more than it
 * should can't be told from one that may not.
 */
function apiKey({ name, permission, key }: ApiKey): Credential<ElasticSettings> {
  return {
    name,
    vendor: elastic,
    permission,
    secrets: z.object({ [key]: Encoded }),
    baseUrl: kibanaOf,
    async mint({ secrets, now }) {
      return { token: secrets[key] ?? "", expires_at: now + REMEMBERED_MS };
    },
    authorize(headers, token) {
      headers.set("authorization", `ApiKey ${token}`);
      // Kibana refuses a change without it, whatever it says.
      headers.set("kbn-xsrf", "sallyport");
    },
  };
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
