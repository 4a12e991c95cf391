/** Proofs of possession, against an authorization server that demands them of one app: the one that ends sessions. */

import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { oktaAccounts, plainStaff } from "../../../../lab/okta/accounts.ts";
import { heldIn } from "../../../../src/connectors/okta/access/dpop.ts";
import { upstreamFor } from "../../../../src/downstream/client.ts";
import { buildRequest, readVendorAnswer } from "../../../../src/toolkit/upstream/exchange.ts";
import { mintingOf } from "../../../../src/toolkit/upstream/settings-of.ts";
import { clearFaults, effects, requestsOf, resetLab } from "../../../downstream/lab-control.ts";
import { changeAt, credentialOf } from "../../../support/deployed.ts";

const endUserSessions = changeAt("end_user_sessions");

const credential = credentialOf("okta.sessions");
const user_id = oktaAccounts[plainStaff - 2]?.id ?? "";

const mint = () => credential.mint(mintingOf(env, credential, Date.now(), AbortSignal.timeout(5000)));

/** A complete request with a token, and a proof for it. */
async function requestWith(token: string, prove = true): Promise<Request> {
  const sending = { request_id: "r", signal: AbortSignal.timeout(5000) };
  const request = buildRequest(
    env,
    credential,
    endUserSessions.request({ user_id }, "op_1", env),
    token,
    sending,
  );
  if (prove) await credential.prove?.(request, token, Date.now());
  return request;
}

beforeEach(resetLab);
afterEach(clearFaults);

describe("an app that must prove possession", () => {
  test("gets a token that is bound to a key of its own, and uses it", async () => {
    const { token } = await mint();
    expect(heldIn(token).key).toMatchObject({ kty: "EC", crv: "P-256" });
    const answer = await readVendorAnswer(await fetch(await requestWith(token)));
    expect(answer.status).toBe(204);
    expect((await effects()).map(({ target }) => target)).toEqual([`user/okta:${user_id}`]);
  });

  test("is known after the first time: no request without a proof is wasted on it again", async () => {
    await mint();
    await resetLab();
    await mint();
    expect((await requestsOf("token")).map(({ status }) => status)).toEqual([400, 200]);
  });

  test("gets another key with each token", async () => {
    const [one, two] = await Promise.all([mint(), mint()]);
    expect(heldIn(one.token).key?.x).not.toBe(heldIn(two.token).key?.x);
  });
});

describe("a token that is bound to a key", () => {
  test("is refused without a proof, or with a proof a second time", async () => {
    const { token } = await mint();
    const bare = await readVendorAnswer(await fetch(await requestWith(token, false)));
    const asked = { operation: "revokeUserSessions", credential: credential.name };
    expect(bare.status).toBe(401);
    expect(credential.vendor.errorOf(bare, null, asked)).toMatchObject({ code: "misconfigured" });
    const request = await requestWith(token);
    expect((await fetch(request.clone())).status).toBe(204);
    expect((await fetch(request)).status).toBe(401);
  });

  test("is proven by reads, too: what then is refused is what the app may do", async () => {
    const read = {
      operation: "listUsers",
      method: "GET",
      path: "/api/v1/users",
      query: { limit: "1" },
    } as const;
    await expect(
      upstreamFor(env, credentialOf("okta.sessions")).read(read, z.unknown()),
    ).rejects.toMatchObject({
      code: "credential_rejected",
      message: expect.stringContaining("okta.users.read"),
    });
  });

  test("shows its key to nobody", async () => {
    const { token } = await mint();
    const { access_token, key } = heldIn(token);
    const request = await requestWith(token);
    expect(request.headers.get("authorization")).toBe(`DPoP ${access_token}`);
    expect(JSON.stringify([...request.headers])).not.toContain(key?.d);
    const [head = ""] = request.headers.get("dpop")?.split(".") ?? [];
    expect(JSON.parse(atob(head.replaceAll("-", "+").replaceAll("_", "/"))).jwk).not.toHaveProperty("d");
  });
});

test("an app that needn't prove anything gets a bearer token, with one request", async () => {
  const { token } = await credentialOf("okta.suspend").mint(
    mintingOf(env, credentialOf("okta.suspend"), Date.now(), AbortSignal.timeout(5000)),
  );
  expect(heldIn(token)).toEqual({ access_token: token, key: null });
  expect(await requestsOf("token")).toHaveLength(1);
});

test("where the proof is refused, what to switch off is said", async () => {
  const ahead = Date.now() + 10 * 60_000;
  await expect(
    credential.mint(mintingOf(env, credential, ahead, AbortSignal.timeout(5000))),
  ).rejects.toMatchObject({
    code: "misconfigured",
    message: expect.stringMatching(/Require Demonstrating Proof of Possession.*okta\.sessions/),
  });
});
