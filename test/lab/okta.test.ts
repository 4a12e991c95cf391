import { describe, expect, it } from "vitest";
import { labOktaKeys } from "../../cli/local/lab-keys.ts";
import { effects, fault, lab } from "./support/estate.ts";
import {
  administrator,
  deactivatedUser,
  halfEnrolledUser,
  noUser,
  OktaOrg,
  plainUser,
  suspendedUser,
} from "./support/okta-org.ts";

const error = (errorCode: string) => ({
  errorCode,
  errorSummary: expect.any(String),
  errorLink: errorCode,
  errorId: expect.stringMatching(/^oae/),
});

describe("an Okta token", () => {
  it("is given to an app that proves who it is, for an hour, with the scopes it asked for", async () => {
    const world = await lab();
    const org = new OktaOrg(world);
    const { status, body } = await org.signIn({ app: "read", scope: "okta.users.read" });
    expect(status).toBe(200);
    expect(body).toEqual({
      token_type: "Bearer",
      expires_in: 3600,
      access_token: expect.any(String),
      scope: "okta.users.read",
    });
    expect((await org.users()).status).toBe(200);
    expect((await org.logs()).status).toBe(403);
    world.clock.ms += 3600_000;
    expect((await org.users()).status).toBe(401);
  });

  it.each([
    ["another app's key", { key: labOktaKeys.suspend }],
    ["another audience", { claims: { aud: "https://elsewhere.example/oauth2/v1/token" } }],
    ["an issuer that isn't the subject", { claims: { iss: "lab-okta-suspend" } }],
    ["an end in the past", { claims: { exp: 1 } }],
    ["a life of more than an hour", { claims: { exp: 4_000_000_000 } }],
  ])("isn't given for %s", async (_, assertion) => {
    const { status, body } = await new OktaOrg(await lab()).signIn(assertion);
    expect(status).toBe(401);
    expect(body).toEqual({ error: "invalid_client", error_description: expect.any(String) });
  });

  it("isn't given twice for one assertion", async () => {
    const org = new OktaOrg(await lab());
    const claims = { jti: "once" };
    expect((await org.signIn({ claims })).status).toBe(200);
    expect((await org.signIn({ claims })).status).toBe(401);
  });

  it("isn't given for a scope that the app wasn't granted, or for none", async () => {
    const org = new OktaOrg(await lab());
    for (const scope of ["okta.users.manage", "okta.users.read okta.apps.read", ""]) {
      const { status, body } = await org.signIn({ scope });
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: "invalid_scope" });
    }
  });

  it("says everything that an app was granted, where the app is so configured", async () => {
    const { body } = await new OktaOrg(await lab()).signIn({ app: "broad" });
    expect(body.scope.split(" ")).toContain("okta.users.manage");
  });

  it("is only given to an app that must prove a key with a proof, and with the nonce that the proof lacks", async () => {
    const world = await lab();
    const org = new OktaOrg(world);
    const claims = { htm: "POST", htu: `${world.url}/okta/oauth2/v1/token` };
    const bare = await org.signIn({ app: "sessions" });
    expect([bare.status, bare.body.error]).toEqual([400, "invalid_dpop_proof"]);
    const without = await org.signIn({ app: "sessions", proof: org.proof(claims) });
    expect([without.status, without.body.error]).toEqual([400, "use_dpop_nonce"]);
    const nonce = without.headers.get("dpop-nonce");
    const elsewhere = org.proof({ ...claims, htu: "https://elsewhere.example/token", nonce });
    const wrong = await org.signIn({ app: "sessions", proof: elsewhere });
    expect([wrong.status, wrong.body.error]).toEqual([400, "invalid_dpop_proof"]);
    const right = await org.signIn({ app: "sessions", proof: org.proof({ ...claims, nonce }) });
    expect([right.status, right.body.token_type]).toEqual([200, "DPoP"]);
  });

  it("that is bound to a key is good with a proof of that key, for that request, once", async () => {
    const world = await lab();
    const org = new OktaOrg(world);
    await org.signInWithProof("sessions");
    const path = `/api/v1/users/${plainUser}/sessions`;
    const end = (proof?: string) => org.send("DELETE", `${path}?oauthTokens=false`, undefined, proof);
    const claims = org.claimsFor("DELETE", path);
    const bad = [
      undefined,
      org.proof({ ...claims, htm: "GET" }),
      org.proof({ ...claims, htu: `${claims.htu}x` }),
      org.proof({ ...claims, ath: "x" }),
      org.proof({ ...claims, iat: 1 }),
      new OktaOrg(world).proof(claims),
    ];
    for (const proof of bad) {
      const { status, headers } = await end(proof);
      expect(status).toBe(401);
      expect(headers.get("www-authenticate")).toContain('error="invalid_dpop_proof"');
    }
    const proof = org.proof(claims);
    expect((await end(proof)).status).toBe(204);
    expect((await end(proof)).status).toBe(401);
    expect(await effects(world)).toHaveLength(1);
  });

  it("can do what its scopes say and no more", async () => {
    const world = await lab();
    const read = await OktaOrg.signedIn(world, "read");
    const suspend = await OktaOrg.signedIn(world, "suspend");
    const forbidden = [
      await read.lifecycle("suspend", plainUser),
      await read.endSessions(plainUser),
      await suspend.users(),
      await suspend.logs(),
    ];
    for (const { status, headers, body } of forbidden) {
      expect(status).toBe(403);
      expect(body).toMatchObject(error("E0000006"));
      expect(headers.get("www-authenticate")).toContain("insufficient_scope");
    }
    expect(await effects(world)).toEqual([]);
  });
});

describe("users", () => {
  it("are listed by pages that a link leads to, without those who are deactivated", async () => {
    const org = await OktaOrg.signedIn(await lab(), "read");
    const seen: string[] = [];
    let page = await org.users({ limit: "40" });
    for (let pages = 0; pages < 10; pages++) {
      seen.push(...page.body.map(({ id }: { id: string }) => id));
      const next = await org.next(page);
      if (!next) break;
      page = next;
    }
    expect(seen).toHaveLength(154);
    expect(new Set(seen).size).toBe(154);
    expect(seen).not.toContain(deactivatedUser);
    expect((await org.users({ after: "nonsense" })).status).toBe(400);
  });

  it("are found by an expression, by a filter of fewer properties, and with fewer fields", async () => {
    const org = await OktaOrg.signedIn(await lab(), "read");
    const statuses = async (query: Record<string, string>) =>
      new Set((await org.users(query)).body.map(({ status }: { status: string }) => status));
    expect(await statuses({ search: 'status eq "SUSPENDED" or status eq "LOCKED_OUT"' })).toEqual(
      new Set(["SUSPENDED", "LOCKED_OUT"]),
    );
    expect(await statuses({ filter: 'status eq "DEPROVISIONED"' })).toEqual(new Set(["DEPROVISIONED"]));
    const { body } = await org.users({
      search: 'profile.firstName sw "so" and (profile.lastName eq "Petrov")',
      fields: "status,profile:(login)",
    });
    expect(body).toEqual([{ id: plainUser, status: "ACTIVE", profile: { login: "sofia.petrov@acme.test" } }]);
  });

  it("aren't found by what the vendor doesn't take", async () => {
    const org = await OktaOrg.signedIn(await lab(), "read");
    const bad = [
      { search: 'status eq "ACTIVE' },
      { search: "status is ACTIVE" },
      { search: 'status ne "ACTIVE"' },
      { filter: 'profile.department eq "Sales"' },
      { filter: 'profile.login sw "a"' },
      { limit: "0" },
    ];
    for (const query of bad as Record<string, string>[]) {
      const { status, body } = await org.users(query);
      expect(status, JSON.stringify(query)).toBe(400);
      expect(body).toMatchObject(error("E0000001"));
    }
  });

  it("are described by id, login and short login; `me` is nobody to an app", async () => {
    const org = await OktaOrg.signedIn(await lab(), "read");
    for (const key of [plainUser, "sofia.petrov@acme.test", "sofia.petrov"]) {
      expect((await org.get(`/api/v1/users/${key}`)).body).toMatchObject({ id: plainUser, status: "ACTIVE" });
    }
    for (const key of [noUser, "me"]) {
      const { status, body } = await org.get(`/api/v1/users/${key}`);
      expect(status).toBe(404);
      expect(body).toMatchObject(error("E0000007"));
    }
  });

  it("have roles and factors, and an enrolment that wasn't finished shows its secret", async () => {
    const org = await OktaOrg.signedIn(await lab(), "read");
    expect((await org.get(`/api/v1/users/${plainUser}/roles`)).body).toEqual([]);
    expect((await org.get(`/api/v1/users/${administrator}/roles`)).body).toMatchObject([
      { type: "SUPER_ADMIN", assignmentType: "USER" },
    ]);
    expect((await org.get(`/api/v1/users/${halfEnrolledUser}/factors`)).body).toMatchObject([
      {
        factorType: "token:software:totp",
        status: "PENDING_ACTIVATION",
        _embedded: { activation: { sharedSecret: expect.any(String) } },
      },
    ]);
  });
});

describe("suspending a user", () => {
  it("holds at once where the user is read, and later in the search index", async () => {
    const world = await lab();
    const read = await OktaOrg.signedIn(world, "read");
    const { status, body } = await (await OktaOrg.signedIn(world, "suspend")).lifecycle("suspend", plainUser);
    expect([status, body]).toEqual([200, ""]);
    expect(await read.status(plainUser)).toBe("SUSPENDED");
    const indexed = async () =>
      (await read.users({ search: `id eq "${plainUser}"` })).body[0].status as string;
    expect(await indexed()).toBe("ACTIVE");
    world.clock.ms += 1000;
    expect(await indexed()).toBe("SUSPENDED");
    expect(await effects(world)).toMatchObject([
      { vendor: "okta", action: "suspend", target: `user/${plainUser}` },
    ]);
  });

  it("is undone by unsuspending, and both are in the log a moment later", async () => {
    const world = await lab();
    const read = await OktaOrg.signedIn(world, "read");
    const suspend = await OktaOrg.signedIn(world, "suspend");
    await suspend.lifecycle("suspend", plainUser);
    await suspend.lifecycle("unsuspend", plainUser);
    expect(await read.status(plainUser)).toBe("ACTIVE");
    const filter = `target.id eq "${plainUser}" and eventType sw "user.lifecycle."`;
    expect((await read.logs({ filter })).body).toEqual([]);
    world.clock.ms += 300;
    const types = (await read.logs({ filter })).body.map(({ eventType }: { eventType: string }) => eventType);
    expect(types.toSorted()).toEqual(["user.lifecycle.suspend", "user.lifecycle.unsuspend"]);
  });

  it("counts a repeat as one more effect, so that whoever sends one is found out", async () => {
    const world = await lab();
    const suspend = await OktaOrg.signedIn(world, "suspend");
    await suspend.lifecycle("suspend", plainUser);
    expect((await suspend.lifecycle("suspend", plainUser)).status).toBe(200);
    expect(await effects(world)).toHaveLength(2);
  });

  it("is refused for whoever is neither active nor suspended, and for nobody", async () => {
    const world = await lab();
    const suspend = await OktaOrg.signedIn(world, "suspend");
    const refused = await suspend.lifecycle("suspend", deactivatedUser);
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject(error("E0000001"));
    expect((await suspend.lifecycle("unsuspend", deactivatedUser)).status).toBe(400);
    expect((await suspend.lifecycle("suspend", noUser)).status).toBe(404);
    expect((await suspend.lifecycle("unsuspend", suspendedUser)).status).toBe(200);
    expect(await effects(world)).toHaveLength(1);
  });
});

describe("ending a user's sessions", () => {
  it("answers with nothing, and only the log tells of it", async () => {
    const world = await lab();
    const read = await OktaOrg.signedIn(world, "read");
    const { status, body } = await (await OktaOrg.signedIn(world, "suspend")).endSessions(plainUser);
    expect([status, body]).toEqual([204, ""]);
    expect(await read.status(plainUser)).toBe("ACTIVE");
    world.clock.ms += 300;
    const filter = `eventType eq "user.session.clear" and target.id eq "${plainUser}"`;
    expect((await read.logs({ filter })).body).toMatchObject([
      { client: { id: "lab-okta-suspend" }, outcome: { result: "SUCCESS" } },
    ]);
    expect(await effects(world)).toMatchObject([{ action: "revoke_sessions", target: `user/${plainUser}` }]);
  });
});

describe("the log", () => {
  it("has sign-ins of the last seven days unless asked for more, newest first if so asked", async () => {
    const org = await OktaOrg.signedIn(await lab(), "read");
    const filter = 'eventType eq "user.session.start"';
    const week = (await org.logs({ filter, limit: "1000" })).body as { published: string }[];
    const quarter = (
      await org.logs({ filter, limit: "1000", since: "2026-09-01T00:00:00Z", sortOrder: "DESCENDING" })
    ).body as { published: string }[];
    expect(week.length).toBeGreaterThan(400);
    expect(quarter.length).toBeGreaterThan(week.length);
    const times = quarter.map(({ published }) => published);
    expect(times).toEqual(times.toSorted().reverse());
    expect((await org.logs({ since: "yesterday" })).status).toBe(400);
    expect((await org.logs({ filter: "eventType" })).status).toBe(400);
  });

  it("shows an attack: one address, many accounts, all failures", async () => {
    const org = await OktaOrg.signedIn(await lab(), "read");
    const { body } = await org.logs({ filter: 'client.ipAddress eq "203.0.113.66"' });
    expect(body).toHaveLength(14);
    for (const { outcome } of body) expect(outcome.result).toBe("FAILURE");
  });
});

describe("the log's events", () => {
  it("are of every kind of sign-in, refusals by policy and pushes among them", async () => {
    const org = await OktaOrg.signedIn(await lab(), "read");
    const { body } = await org.logs({ limit: "1000" });
    const types = new Set(body.map(({ eventType }: { eventType: string }) => eventType));
    for (const type of [
      "policy.evaluate_sign_on",
      "security.threat.detected",
      "system.push.send_factor_verify_push",
      "user.account.lock",
      "user.authentication.auth_via_IDP",
      "user.authentication.auth_via_mfa",
      "user.mfa.okta_verify.deny_push",
    ]) {
      expect(types).toContain(type);
    }
  });
});

describe("every answer", () => {
  it("carries the rate limit, in epoch seconds of the vendor's clock", async () => {
    const world = await lab();
    const org = await OktaOrg.signedIn(world, "read");
    const now = world.clock.ms / 1000;
    const { headers } = await org.users({ limit: "1" });
    expect(Number(headers.get("x-rate-limit-reset"))).toBe(now + 60);
    expect(Date.parse(headers.get("date") ?? "")).toBe(world.clock.ms);
    await fault(world, { vendor: "okta", mode: "rate_limit", delay_ms: 3000, times: 1 });
    const limited = await org.users();
    expect(limited.status).toBe(429);
    expect(limited.body).toMatchObject(error("E0000047"));
    expect(limited.headers.get("x-rate-limit-remaining")).toBe("0");
    expect(Number(limited.headers.get("x-rate-limit-reset"))).toBe(now + 3);
  });

  it("is an error in Okta's shape for a path that the API doesn't have", async () => {
    const { status, body } = await (await OktaOrg.signedIn(await lab(), "read")).get("/api/v2/users");
    expect(status).toBe(404);
    expect(body).toMatchObject(error("E0000007"));
  });
});
