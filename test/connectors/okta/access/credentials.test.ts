import { generateKeyPairSync } from "node:crypto";
import { createLocalJWKSet, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { localEnvironment } from "../../../../cli/local/local-environment.ts";
import { clientAssertion, isAssertionKey } from "../../../../src/connectors/okta/access/client-assertion.ts";
import { oktaCredentials, tokenIn } from "../../../../src/connectors/okta/access/credentials.ts";
import { oktaSettings, settleInLogMs } from "../../../../src/connectors/okta/settings.ts";
import { publicError } from "../../../../src/toolkit/failure.ts";
import { problemsIn } from "../../../../src/toolkit/settings.ts";
import { ANSWERED_AT, answer, CANARY } from "../../crowdstrike/answers.ts";
import { oktaError } from "../answers.ts";

const VARIABLES = ["READ", "SUSPEND", "SESSIONS"].flatMap((purpose) => [
  `OKTA_${purpose}_CLIENT_ID`,
  `OKTA_${purpose}_PRIVATE_KEY`,
]);

function environment(changes: Record<string, string | undefined> = {}): Env {
  const local = localEnvironment({ publicUrl: "http://localhost:8787", labUrl: "http://localhost:8790" });
  return { ...local, OKTA_SETTLE_MS: "30000", OKTA_LOG_LAG_MS: "60000", ...changes } as unknown as Env;
}

const problemsOf = (env: Env) => [
  ...Object.values(oktaCredentials).flatMap(({ secrets }) => problemsIn(secrets, env)),
  ...problemsIn(oktaSettings, env),
];

describe("configuration", () => {
  test("of a local instance has no problems", () => {
    expect(problemsOf(environment())).toEqual([]);
  });

  test.each(VARIABLES)("without %s is refused by its name, and by no other", (variable) => {
    for (const missing of [undefined, ""]) {
      const problems = problemsOf(environment({ [variable]: missing }));
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(variable);
    }
  });

  test.each([
    ["OKTA_BASE_URL", "http://acme.okta.com"],
    ["OKTA_BASE_URL", "https://acme.okta.com/"],
    ["OKTA_BASE_URL", "https://acme-admin.okta.com"],
    ["OKTA_BASE_URL", "https://acme-admin.oktapreview.com"],
    ["OKTA_BASE_URL", "https://acme.okta.com/api/v1"],
    ["OKTA_SETTLE_MS", "soon"],
    ["OKTA_LOG_LAG_MS", "-1"],
    ["OKTA_READ_PRIVATE_KEY", "-----BEGIN PRIVATE KEY-----"],
    ["OKTA_READ_PRIVATE_KEY", '{"kty":"EC","crv":"P-256","kid":"k","x":"x","y":"y"}'],
    ["OKTA_READ_PRIVATE_KEY", '{"kty":"oct","kid":"k","k":"s3cret"}'],
  ])("with %s=%s is refused by its name, and the value isn't repeated", (variable, value) => {
    const problems = problemsOf(environment({ [variable]: value })).join();
    expect(problems).toContain(variable);
    expect(problems).not.toContain(value);
  });

  test("with the console's address is told the right one", () => {
    for (const [wrong, right] of [
      ["https://acme-admin.okta.com", "https://acme.okta.com"],
      ["https://acme-admin.okta-emea.com", "https://acme.okta-emea.com"],
      ["https://acme.okta.com/oauth2/default", "https://acme.okta.com"],
    ]) {
      const [problem] = problemsOf(environment({ OKTA_BASE_URL: wrong }));
      expect(problem?.endsWith(`set ${right}`)).toBe(true);
    }
    for (const good of [
      "https://acme.okta.com",
      "https://login.acme.example/okta",
      "https://sys-admin.acme.example",
    ]) {
      expect(problemsOf(environment({ OKTA_BASE_URL: good }))).toEqual([]);
    }
  });

  test("with one app for two purposes is refused", () => {
    const problems = problemsOf(environment({ OKTA_SESSIONS_CLIENT_ID: "lab-okta-suspend" }));
    expect(problems).toEqual([expect.stringMatching(/^OKTA_SESSIONS_CLIENT_ID: .*OKTA_SUSPEND_CLIENT_ID/)]);
  });
});

describe("how long an effect may still come", () => {
  test("is longer in the log, and unknown where either is", () => {
    expect(settleInLogMs(oktaSettings.parse(environment()))).toBe(90_000);
    expect(settleInLogMs(oktaSettings.parse(environment({ OKTA_SETTLE_MS: "" })))).toBeNull();
    expect(settleInLogMs(oktaSettings.parse(environment({ OKTA_LOG_LAG_MS: "" })))).toBeNull();
  });
});

describe("a client assertion", () => {
  const audience = "https://acme.okta.com/oauth2/v1/token";
  const keys = {
    RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
    ES384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  };

  test.each(["RS256", "ES256", "ES384"] as const)(
    "is signed with the key, by %s, for a minute",
    async (alg) => {
      const { privateKey, publicKey } = keys[alg];
      const key = JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid: "k1" });
      expect(isAssertionKey(key)).toBe(true);
      const jwt = await clientAssertion(key, "0oa1", audience, ANSWERED_AT);
      const jwks = createLocalJWKSet({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg }] });
      const { payload, protectedHeader } = await jwtVerify(jwt, jwks, {
        issuer: "0oa1",
        subject: "0oa1",
        audience,
        currentDate: new Date(ANSWERED_AT),
      });
      expect(protectedHeader).toEqual({ alg, kid: "k1" });
      expect(payload.exp).toBe(ANSWERED_AT / 1000 + 60);
      expect(payload.jti).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test("is another one each time", async () => {
    const key = JSON.stringify({ ...keys.ES256.privateKey.export({ format: "jwk" }), kid: "k1" });
    const [one, two] = await Promise.all(
      [1, 2].map(() => clientAssertion(key, "0oa1", audience, ANSWERED_AT)),
    );
    expect(one).not.toBe(two);
  });
});

describe("a token", () => {
  const scopes = ["okta.users.read", "okta.logs.read"];
  const given = (scope: unknown, changes: object = {}) =>
    answer(200, { token_type: "Bearer", expires_in: 3600, access_token: "t", scope, ...changes });
  const take = (from: ReturnType<typeof answer>) => tokenIn(from, "okta.read", scopes, ANSWERED_AT);

  test("is taken with its life, whatever the order of its scopes", () => {
    expect(take(given("okta.logs.read okta.users.read"))).toEqual({
      token: "t",
      expires_at: ANSWERED_AT + 3600_000,
    });
  });

  test("that may do more than declared isn't used, and what to remove is said", () => {
    expect(() => take(given("okta.users.read okta.users.manage okta.logs.read okta.apps.manage"))).toThrow(
      expect.objectContaining({
        code: "credential_rejected",
        message: expect.stringContaining("okta.users.manage okta.apps.manage"),
      }),
    );
  });

  test("that may do less than declared isn't used, and what to grant is said", () => {
    expect(() => take(given("okta.users.read"))).toThrow(
      expect.objectContaining({
        code: "credential_rejected",
        message: expect.stringContaining("okta.logs.read"),
      }),
    );
  });

  test("is refused with the scopes that the app wasn't granted", () => {
    expect(() => take(answer(400, { error: "invalid_scope", error_description: CANARY }))).toThrow(
      expect.objectContaining({
        code: "credential_rejected",
        message: expect.stringContaining(scopes.join(" ")),
      }),
    );
  });

  test.each([
    [302, "", "misconfigured"],
    [400, { error: "invalid_dpop_proof", error_description: CANARY }, "misconfigured"],
    [400, { error: "use_dpop_nonce", error_description: CANARY }, "misconfigured"],
    [400, { error: "unauthorized_client", error_description: CANARY }, "credential_rejected"],
    [404, oktaError("E0000007"), "misconfigured"],
    [401, { error: "invalid_client", error_description: CANARY }, "credential_rejected"],
    [403, `<html>${CANARY}</html>`, "credential_rejected"],
    [429, oktaError("E0000047"), "rate_limited"],
    [503, "", "upstream_unavailable"],
    [200, `<html>${CANARY}</html>`, "upstream_contract_changed"],
  ])("that isn't given with %d is a failure of ours to name, without Okta's words", (status, body, code) => {
    try {
      take(answer(status, body));
      expect.unreachable();
    } catch (failure) {
      expect(failure).toMatchObject({ code });
      expect(JSON.stringify(publicError(failure as Parameters<typeof publicError>[0]))).not.toContain(CANARY);
    }
  });

  test.each([
    ["access_token", { access_token: undefined }],
    ["expires_in", { expires_in: "3600" }],
    ["scope", { scope: ["okta.users.read"] }],
  ])("whose %s has changed is a changed contract, by its path", (path, changes) => {
    expect(() => take(given("okta.users.read", changes))).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ contract_path: path }) }),
    );
  });
});
