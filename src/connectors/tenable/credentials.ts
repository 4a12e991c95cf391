import type { Credential } from "../../toolkit/upstream/credential.ts";
import { tenable } from "./errors.ts";
import { baseUrl } from "./settings.ts";

/** API keys never expire. This is how long they are remembered before the environment is looked at again. */
const REMEMBERED_MS = 60 * 60 * 1000;

type Variable = {
  [Name in keyof Env]: Name extends `TENABLE_${string}_KEY` ? Name : never;
}[keyof Env];

interface User<Name extends string> {
  readonly name: Name;
  readonly permission: string;
  readonly access: Variable;
  readonly secret: Variable;
}

/** What a key consists of. Anything else could end the header's value early. */
const KEY = /^[\w-]+$/;

/**
 * The API keys of a Tenable user. One user for each purpose, so that any one can be revoked alone.
 *
 * There is nothing to exchange them for, and no operation among those that the vendor describes for our purposes
 * tells which role a user has: a key that may do more than it should can't be told from one that may not.
 */
function user<Name extends string>({ name, permission, access, secret }: User<Name>) {
  return {
    name,
    vendor: tenable,
    permission,
    baseUrl,
    async mint(env, now) {
      return { token: `accessKey=${env[access]};secretKey=${env[secret]}`, expires_at: now + REMEMBERED_MS };
    },
    authorize(headers, token) {
      headers.set("x-apikeys", token);
    },
    problems: (env) =>
      [access, secret]
        .filter((variable) => !KEY.test(env[variable] ?? ""))
        .map((variable) => `${variable}: ${env[variable] ? "is not a key" : "is missing"}`),
  } as const satisfies Credential;
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
