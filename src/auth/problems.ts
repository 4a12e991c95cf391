/** Checks the configuration that sign-in and authorization need, and names each problem with its fix. */
import type { Env } from "../bindings.ts";
import { ERAS, erasIn } from "../toolkit/eras.ts";
import { isWholeNumber } from "../toolkit/settings.ts";
import { originsIn, urlProblem } from "./public-url.ts";
import { SEALING_KEY_BYTES } from "./seal.ts";
import { readRolePolicy } from "./sign-in/roles.ts";

/**
 * What is wrong with the configuration that sign-in and authorization need, each naming its variable and the fix.
 * Empty when all is well. No value of a secret is quoted.
 */
export function authProblems(env: Env): string[] {
  const policy = readRolePolicy(env.ROLE_POLICY ?? "");
  return [
    ...publicUrlProblems(env.PUBLIC_URL ?? ""),
    ...sealingKeyProblems("SEALING_KEY", env.SEALING_KEY ?? ""),
    ...(env.SEALING_KEY_PREVIOUS ? sealingKeyProblems("SEALING_KEY_PREVIOUS", env.SEALING_KEY_PREVIOUS) : []),
    ...issuerProblems(env.OIDC_ISSUER ?? ""),
    ...scopeProblems(env.OIDC_SCOPES ?? ""),
    ...(["on", "off"].includes(env.CIMD ?? "") ? [] : ['CIMD must be "on" or "off"']),
    ...originProblems(env.ALLOWED_ORIGINS ?? ""),
    ...lifeProblems(env.ACCESS_TOKEN_TTL_S ?? ""),
    ...eraProblems(env.MCP_ERAS ?? ""),
    ...(["TENANT", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"] as const)
      .filter((name) => !env[name])
      .map((name) => `${name} is not set`),
    ...(policy.ok ? [] : policy.problems),
  ];
}

function publicUrlProblems(value: string): string[] {
  const problem = urlProblem(value);
  if (problem !== null) return [`PUBLIC_URL ${problem}`];
  const { origin } = new URL(value);
  // Tokens are bound to it character by character, so only one spelling will do.
  return origin === value ? [] : [`PUBLIC_URL must be an origin, with nothing after the host: ${origin}`];
}

function issuerProblems(value: string): string[] {
  const problem = urlProblem(value);
  return problem === null ? [] : [`OIDC_ISSUER ${problem}`];
}

/** The store keeps nothing for less. */
const SHORTEST_TTL_S = 60;
/** A day: what a stolen token is good for, where nothing else ends it. */
const LONGEST_TTL_S = 24 * 60 * 60;

function lifeProblems(value: string): string[] {
  return isWholeNumber(value, SHORTEST_TTL_S, LONGEST_TTL_S)
    ? []
    : [`ACCESS_TOKEN_TTL_S must be a whole number of seconds from ${SHORTEST_TTL_S} to ${LONGEST_TTL_S}`];
}

function eraProblems(value: string): string[] {
  return erasIn(value) === null
    ? [`MCP_ERAS must be one or both of ${ERAS.join(" and ")}, separated by a comma`]
    : [];
}

function originProblems(value: string): string[] {
  return originsIn(value)
    .filter((origin) => urlProblem(origin) !== null || new URL(origin).origin !== origin)
    .map(
      (origin) =>
        `ALLOWED_ORIGINS has ${JSON.stringify(origin.slice(0, 100))}: give origins such as https://app.example.com, separated by commas`,
    );
}

function scopeProblems(value: string): string[] {
  return value.split(" ").includes("openid")
    ? []
    : ["OIDC_SCOPES must contain openid: without it the identity provider names nobody"];
}

function sealingKeyProblems(name: string, value: string): string[] {
  const base64 = /^[A-Za-z0-9+/]*={0,2}$/.test(value);
  if (base64 && Buffer.from(value, "base64").length === SEALING_KEY_BYTES) return [];
  return [
    `${name} must be ${SEALING_KEY_BYTES} random bytes in base64: make one with openssl rand -base64 ${SEALING_KEY_BYTES}`,
  ];
}
