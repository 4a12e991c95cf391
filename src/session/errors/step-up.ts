/**
 * Refusals that are HTTP answers. They must be decided before a transport begins its response: once a
 * stream is open, no status can follow.
 */

import { authorize } from "../../auth/scope-check.ts";
import type { Env } from "../../bindings.ts";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Result } from "../../path/answer.ts";
import type { Principal } from "../../toolkit/principal.ts";
import { type AskedCall, callOf } from "../body.ts";
import { FORBIDDEN, rpcError } from "./rpc-error.ts";
import { tooManyRequests } from "./too-many-requests.ts";

/** The call that a broader token would allow, or `null`. */
export function needsStepUp(catalogue: Catalogue, parsed: unknown, principal: Principal): AskedCall | null {
  const call = callOf(parsed);
  const declaration = call === null ? null : catalogue.find(call);
  if (declaration === null) return null;
  const authorization = authorize(principal, declaration.tool.scope);
  return !authorization.ok && authorization.reason === "scope_missing" ? call : null;
}

/**
 * The answer to a call that needed more scopes, by what the path said of it. That may be that there were too many
 * calls: then no scope would help.
 *
 * 403 with the scopes to ask for: the token's and those required, because a client takes the challenge's
 * scopes in place of its own (RFC 6750 section 3.1; MCP's scope challenge). `refusal` is what the path said.
 */
export function stepUp(env: Env, call: AskedCall, refusal: Result): Response {
  const { error } = refusal.status === "error" ? refusal : { error: undefined };
  if (error?.code === "rate_limited") return tooManyRequests(refusal, error, call.id);
  const scope = (error?.required_scopes ?? []).join(" ");
  const message = error?.message ?? "This call needs more scopes.";
  return rpcError(403, FORBIDDEN, message, {
    id: call.id,
    data: refusal,
    headers: {
      "www-authenticate": challenge(env, { error: "insufficient_scope", scope, error_description: message }),
    },
  });
}

/** 401: this token opens nothing here any more, so that the client has its person sign in again. */
export function unauthorized(env: Env, message: string): Response {
  return rpcError(401, -32001, message, {
    headers: { "www-authenticate": challenge(env, { error: "invalid_token", error_description: message }) },
  });
}

function challenge(env: Env, parameters: Readonly<Record<string, string>>): string {
  const all = {
    ...parameters,
    resource_metadata: `${env.PUBLIC_URL}/.well-known/oauth-protected-resource/mcp`,
  };
  // Quoted strings of RFC 9110: nothing of a client's gets in here, but a quote must never end one early.
  const quoted = (value: string) => value.replace(/[^\x20-\x7e]/g, "").replace(/["\\]/g, "\\$&");
  return `Bearer ${Object.entries(all)
    .map(([name, value]) => `${name}="${quoted(value)}"`)
    .join(", ")}`;
}
