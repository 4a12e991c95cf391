/** Asks the person's object before each token is issued, because only that knows at once who was revoked. */
import { GrantType, OAuthError, type TokenExchangeCallbackOptions } from "@cloudflare/workers-oauth-provider";
import type { Env } from "../../bindings.ts";
import { log, reasonOf } from "../../observe/log.ts";
import type { GrantProps } from "../provider.ts";
import type { Grant } from "./grant.ts";
import { currentTokenRequest, openAnswer } from "./token-request.ts";

/** What a client is told to wait before it asks again, in seconds. */
const RETRY_AFTER_S = "5";

/**
 * Asks the person's object before any token is issued. It is the one place that knows at once who was signed out
 * or revoked; the provider's own records are in KV, which lags.
 * @throws OAuthError `invalid_grant`, on which the provider drops the grant for good, or `temporarily_unavailable`
 */
export async function exchangeToken(options: TokenExchangeCallbackOptions<Env>): Promise<void> {
  const { session_id, person, origin } = options.props as GrantProps;
  const answer = await ask(options, { session_id, origin }, options.env.PERSON.getByName(person));
  switch (answer) {
    case "go":
      return;
    case "revoked":
      throw new OAuthError("invalid_grant", { description: "This access has ended. Sign in again." });
    case "answered":
      // The request is answered with what the same token was exchanged for, and not with this.
      throw new OAuthError("temporarily_unavailable", { description: "Exchanged already.", statusCode: 503 });
    case "unavailable":
      throw new OAuthError("temporarily_unavailable", {
        description: "The identity provider could not be asked. Nothing is lost: try again.",
        statusCode: 503,
        headers: { "Retry-After": RETRY_AFTER_S },
      });
  }
}

type Answer = "go" | "revoked" | "unavailable" | "answered";
type Person = ReturnType<Env["PERSON"]["getByName"]>;

async function ask(
  { grantType, grantId: grant_id, env }: TokenExchangeCallbackOptions<Env>,
  { session_id, origin }: Pick<GrantProps, "session_id" | "origin">,
  person: Person,
): Promise<Answer> {
  try {
    switch (grantType) {
      case GrantType.AUTHORIZATION_CODE:
        return (await person.redeem({ grant_id, session_id }, origin)) ? "go" : "revoked";
      case GrantType.REFRESH_TOKEN:
        return await refresh(env, { grant_id, session_id }, person);
      default:
        // Grants that this server doesn't offer.
        return "revoked";
    }
  } catch (thrown) {
    // The object is overloaded or restarting: not a reason to take anybody's access away.
    log("error", "token_person_unreachable", { reason: reasonOf(thrown) });
    return "unavailable";
  }
}

/** One of those who present the same token exchanges it, and the others get its answer. */
async function refresh(env: Env, grant: Grant, person: Person): Promise<Answer> {
  const request = currentTokenRequest();
  const presented = request?.presented;
  if (!request || !presented) throw new Error("a token was refreshed outside of a token request");
  const verdict = await person.presentRefreshToken({ ...grant, digest: presented.digest });
  switch (verdict.verdict) {
    case "ended":
    case "reused":
      return "revoked";
    case "exchanged":
      request.answer = openAnswer(env, presented.token, verdict.sealed);
      return "answered";
    case "exchange": {
      request.leads = true;
      const refreshed = await person.refreshUpstream(grant.session_id);
      return refreshed.ok ? "go" : refreshed.reason;
    }
  }
}
