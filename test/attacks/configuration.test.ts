/** Whoever gets an address into the configuration that leads somewhere else than it seems to. */
import { describe, expect, it } from "vitest";
import { authProblems } from "../../src/auth/problems.ts";
import { noticeProblems } from "../../src/console/notices/problems.ts";
import { BaseUrl } from "../../src/toolkit/settings.ts";

const SECRET = `whsec_${Buffer.alloc(32).toString("base64")}`;

/** Addresses that credentials and findings must not be sent to. */
const REFUSED = [
  ["plain http to anywhere but this machine", "http://api.vendor.example"],
  ["a name as userinfo", "https://api.vendor.example@evil.example"],
  ["userinfo", "https://user:password@api.vendor.example"],
  ["this machine as userinfo", "http://localhost@evil.example"],
  ["this machine as a prefix", "http://localhost.evil.example"],
  ["its address as a prefix", "http://127.0.0.1.evil.example"],
  ["another scheme", "ftp://api.vendor.example"],
  ["a script", "javascript:alert(1)"],
  ["no address at all", "api.vendor.example"],
] as const;

describe("SSRF by configuration", () => {
  it.each(REFUSED)(
    "%s is no vendor's address, no webhook, no identity provider, and not our own",
    (_what, address) => {
      expect(BaseUrl.safeParse(address).success).toBe(false);
      expect(noticeProblems({ WEBHOOK_URL: address, WEBHOOK_SECRET: SECRET } as Env)).not.toEqual([]);
      expect(namedBy({ OIDC_ISSUER: address, PUBLIC_URL: address })).toEqual(["PUBLIC_URL", "OIDC_ISSUER"]);
    },
  );

  it.each([
    "https://api.vendor.example",
    "http://localhost:8790/vendor",
    "http://127.0.0.1:8790",
    "http://[::1]:8790",
  ])("%s is one", (address) => {
    expect(BaseUrl.safeParse(address).success).toBe(true);
    expect(noticeProblems({ WEBHOOK_URL: address, WEBHOOK_SECRET: SECRET } as Env)).toEqual([]);
    expect(namedBy({ OIDC_ISSUER: address, PUBLIC_URL: new URL(address).origin })).toEqual([]);
  });

  /** Which of the two addresses the instance finds fault with. */
  function namedBy(addresses: { readonly OIDC_ISSUER: string; readonly PUBLIC_URL: string }): string[] {
    const problems = authProblems(addresses as Env);
    return Object.keys(addresses)
      .toSorted()
      .reverse()
      .filter((name) => problems.some((problem) => problem.startsWith(`${name} `)));
  }
});
