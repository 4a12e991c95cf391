/**
 * The Worker as it is deployed, but for two things: whoever signs in is a responder at once, and its objects can be
 * given a past.
 */

import { personKey } from "../../src/auth/person-key.ts";
import { oauthApi } from "../../src/auth/provider.ts";
import sallyport from "../../src/index.ts";
import { effectName } from "../../src/toolkit/operation-id.ts";
import type { SessionWithHistory, TargetWithHistory } from "./history.ts";

export * from "../../src/index.ts";
// In place of those of the same name: what a module exports itself goes before what it passes on.
export { SessionWithHistory as SessionObject, TargetWithHistory as EffectObject } from "./history.ts";

export default {
  ...sallyport,
  fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    switch (pathname) {
      case "/authorize":
        return authorize(request, env);
      case "/bench/fill":
        return fill(env, searchParams);
      default:
        return sallyport.fetch(request, env, ctx);
    }
  },
} satisfies ExportedHandler<Env>;

/** What signing in and consenting come to, as a person of their own for each client. */
async function authorize(request: Request, env: Env): Promise<Response> {
  const oauth = oauthApi(env);
  const asked = await oauth.parseAuthRequest(request);
  const { clientId: client_id, redirectUri: redirect_uri, scope } = asked;
  const subject = `${client_id}@bench.test`;
  const person = personKey(env.OIDC_ISSUER, subject);
  const object = env.PERSON.getByName(person);
  const { sign_in_id } = await object.signIn({
    person,
    subject,
    display: subject,
    client_id,
    roles: ["responder"],
    policy_version: "bench",
    upstream_refresh_token: null,
  });
  const client = { client_id, client_name: "bench", redirect_uri };
  const consent = await object.consent({ ...client, sign_in_id, scopes: scope });
  if (!consent.ok) throw new Error(consent.reason);
  const { session_id } = consent;
  const { redirectTo } = await oauth.completeAuthorization({
    request: asked,
    userId: person,
    metadata: { session_id },
    scope,
    props: { v: 1, session_id, subject, display: subject, person },
  });
  return new Response(null, { status: 302, headers: { location: redirectTo, "x-session": session_id } });
}

/** `?session=…&events=…` or `?device=…&operations=…` */
async function fill(env: Env, asked: URLSearchParams): Promise<Response> {
  const [session, device] = [asked.get("session"), asked.get("device")];
  if (session !== null) await sessionOf(env, session).fill(Number(asked.get("events")));
  if (device !== null) {
    const name = effectName(env.TENANT, { kind: "device", id: device });
    const target = env.EFFECT.getByName(name) as unknown as DurableObjectStub<TargetWithHistory>;
    await target.fillTarget(device, Number(asked.get("operations")));
  }
  return new Response(null, { status: 204 });
}

function sessionOf(env: Env, session_id: string): DurableObjectStub<SessionWithHistory> {
  return env.SESSION.getByName(session_id) as unknown as DurableObjectStub<SessionWithHistory>;
}
