/** Declares the API keys of Tenable's users, one user for each purpose. */
import * as z from "zod";
import { Secret } from "../../toolkit/settings.ts";
import type { Credential } from "../../toolkit/upstream/credential.ts";
import { tenable } from "./errors.ts";
import type { TenableSettings } from "./settings.ts";

/** API keys never expire. This is how long they are remembered before the environment is looked at again. */
const REMEMBERED_MS = 60 * 60 * 1000;

interface User {
  readonly name: string;
  readonly permission: string;
  /** The variables of both keys. */
  readonly access: string;
  readonly secret: string;
}

/** What a key consists of. Anything else could end the header's value early. */
const Key = Secret.regex(/^[\w-]+$/, "is not a key");

/**
 * The API keys of a Tenable user. One user for each purpose, so that any one can be revoked alone.
 *
 * There is nothing to exchange them for, and no operation among those that the vendor describes for our purposes
 * tells which role a user has: a key that may do more than it should can't be told from one that may not.
 */
function user({ name, permission, access, secret }: User): Credential<TenableSettings> {
  return {
    name,
    vendor: tenable,
    permission,
    secrets: z.object({
      [access]: Key.describe("access key of the user"),
      [secret]: Key.describe("secret key of the user"),
    }),
    baseUrl: ({ TENABLE_BASE_URL }) => TENABLE_BASE_URL,
    async mint({ secrets, now }) {
      const token = `accessKey=${secrets[access]};secretKey=${secrets[secret]}`;
      return { token, expires_at: now + REMEMBERED_MS };
    },
    authorize(headers, token) {
      headers.set("x-apikeys", token);
    },
  };
}

/** Tenable's credentials: what reads can't launch a scan. */
export const tenableCredentials = {
  read: user({
    name: "tenable.read",
    permission: "Basic [16]",
    access: "TENABLE_READ_ACCESS_KEY",
    secret: "TENABLE_READ_SECRET_KEY",
  }),
  scan: user({
    name: "tenable.scan",
    permission: "Scan Operator [24]",
    access: "TENABLE_SCAN_ACCESS_KEY",
    secret: "TENABLE_SCAN_SECRET_KEY",
  }),
} as const;
