import { describe, expect, test } from "vitest";
import { localEnvironment } from "../../../cli/local/local-environment.ts";
import { intelligenceCredentials } from "../../../src/connectors/intelligence/credentials.ts";
import { sourceSettings } from "../../../src/connectors/intelligence/settings.ts";
import { epss, kev, nvd, osv } from "../../../src/connectors/intelligence/sources.ts";
import { publicError } from "../../../src/toolkit/failure.ts";
import { problemsIn } from "../../../src/toolkit/settings.ts";
import { jsonOf } from "../../../src/toolkit/upstream/exchange.ts";
import { mintingOf } from "../../../src/toolkit/upstream/settings-of.ts";
import type { UpstreamAnswer } from "../../../src/toolkit/upstream/upstream.ts";
import type { Vendor } from "../../../src/toolkit/upstream/vendor.ts";
import { answer, CANARY } from "../crowdstrike/answers.ts";

const failureOf = (source: Vendor, given: UpstreamAnswer) =>
  source.errorOf(given, jsonOf(given), { operation: "ask", credential: `${source.name}.read` });

describe.each([osv, nvd, kev, epss])("$title", (source) => {
  test.each([
    [400, "misconfigured"],
    [401, "misconfigured"],
    [404, "misconfigured"],
    [408, "upstream_timeout"],
    [429, "rate_limited"],
    [500, "upstream_unavailable"],
    [503, "upstream_unavailable"],
    [504, "upstream_timeout"],
    [302, "misconfigured"],
  ])("answering %d is %s", (status, code) => {
    for (const body of ["", `<html>${CANARY}</html>`, { message: CANARY }]) {
      const failure = failureOf(source, answer(status, body, { message: CANARY }));
      expect(failure).toMatchObject({ code });
      if (failure !== null) expect(JSON.stringify(publicError(failure))).not.toContain(CANARY);
    }
  });

  test("that refuses a request in our own form has its variable named", () => {
    const variable = Object.values(intelligenceCredentials).find(({ vendor }) => vendor === source);
    expect(failureOf(source, answer(401, ""))?.detail.settings).toEqual([
      expect.stringContaining(`${variable?.name.replace(".read", "").toUpperCase()}_BASE_URL`),
    ]);
  });

  test("answering 200 without JSON is a changed contract, never nothing", () => {
    for (const body of ["", "<html></html>", '{"a":']) {
      expect(failureOf(source, answer(200, body))).toMatchObject({ code: "upstream_contract_changed" });
    }
    expect(failureOf(source, answer(200, {}))).toBeNull();
  });

  test("is waited for as long as Retry-After says", () => {
    expect(failureOf(source, answer(429, "", { "retry-after": "7" }))).toMatchObject({
      detail: { retry_after_ms: 7000 },
    });
  });
});

describe("what one source means by a status and the others don't", () => {
  test("a 404 of OSV's own is an answer, and any other isn't", () => {
    expect(failureOf(osv, answer(404, { code: 5, message: "Bug not found." }))).toBeNull();
    expect(failureOf(osv, answer(404, { code: 12, message: "no such route" }))).toMatchObject({
      code: "misconfigured",
    });
    expect(failureOf(epss, answer(404, { code: 5 }))).toMatchObject({ code: "misconfigured" });
  });

  test("NVD's 403 is its rate limit, and its 404 may be about our key", () => {
    expect(failureOf(nvd, answer(403, "<html></html>"))).toMatchObject({
      code: "rate_limited",
      detail: { retry_after_ms: 30_000 },
    });
    expect(failureOf(nvd, answer(404, "", { message: "Invalid apiKey." }))).toMatchObject({
      code: "credential_rejected",
      message: expect.stringContaining("nvd.read"),
    });
    expect(failureOf(epss, answer(403, ""))).toMatchObject({ code: "misconfigured" });
  });

  test("CISA's 403 is for those who run the instance, and names the mirror's variables", () => {
    expect(failureOf(kev, answer(403, `<html>${CANARY}</html>`))).toMatchObject({
      code: "misconfigured",
      message: expect.stringContaining("mirror"),
      detail: { settings: ["CISA_KEV_BASE_URL", "CISA_KEV_PATH"] },
    });
  });

  test("only CISA's file is ever not modified", () => {
    expect(failureOf(kev, answer(304, ""))).toBeNull();
    expect(failureOf(osv, answer(304, ""))).toMatchObject({ code: "misconfigured" });
  });
});

describe("credentials of public sources", () => {
  const env = (changes: Record<string, string> = {}) =>
    ({
      CISA_KEV_PATH: "/feeds/known_exploited_vulnerabilities.json",
      ...localEnvironment({ publicUrl: "http://localhost:8787", labUrl: "http://localhost:8790" }),
      NVD_API_KEY: "",
      ...changes,
    }) as unknown as Env;

  test.each(Object.values(intelligenceCredentials))(
    "$name puts no secret on a request",
    async (credential) => {
      const { token } = await credential.mint(mintingOf(env(), credential, 0, AbortSignal.timeout(5000)));
      const headers = new Headers();
      credential.authorize(headers, token, {});
      expect([...headers.keys()]).toEqual(["user-agent"]);
      expect(problemsIn(credential.secrets, env())).toEqual([]);
    },
  );

  test("NVD gets its key where there is one, and nobody else does", async () => {
    for (const [name, credential] of Object.entries(intelligenceCredentials)) {
      const { token } = await credential.mint(
        mintingOf(env({ NVD_API_KEY: CANARY }), credential, 0, AbortSignal.timeout(5000)),
      );
      const headers = new Headers();
      credential.authorize(headers, token, {});
      expect(headers.get("apikey")).toBe(name === "nvd" ? CANARY : null);
    }
  });

  test.each(["CISA_KEV_BASE_URL", "EPSS_BASE_URL", "NVD_BASE_URL", "OSV_BASE_URL"] as const)(
    "are refused by the name of %s if it isn't safe",
    (variable) => {
      const problems = (env: Env) => problemsIn(sourceSettings(variable), env);
      expect(problems(env())).toEqual([]);
      for (const value of [
        "",
        "http://example.com",
        "https://example.com/",
        "https://me:secret@example.com",
      ]) {
        const found = problems(env({ [variable]: value })).join();
        expect(found).toContain(variable);
        expect(found).not.toContain("secret");
      }
    },
  );

  test.each(["", "feeds/kev.json", "/feeds/kev.json?x=1", "/feeds/", "/a b", "https://example.com/kev.json"])(
    "are refused for the path %j of the catalogue",
    (path) => {
      const problems = (env: Env) => problemsIn(sourceSettings("CISA_KEV_BASE_URL"), env);
      expect(problems(env({ CISA_KEV_PATH: path })).join()).toContain("CISA_KEV_PATH");
      expect(problemsIn(sourceSettings("OSV_BASE_URL"), env({ CISA_KEV_PATH: path }))).toEqual([]);
    },
  );
});
