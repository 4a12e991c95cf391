import { expect, test } from "vitest";
import { authProblems } from "../../src/auth/problems.ts";

const good = {
  TENANT: "acme",
  PUBLIC_URL: "https://sallyport.acme.example",
  SEALING_KEY: Buffer.alloc(32, 7).toString("base64"),
  OIDC_ISSUER: "https://login.acme.example/oauth2/default",
  OIDC_CLIENT_ID: "sallyport",
  OIDC_CLIENT_SECRET: "a secret",
  OIDC_SCOPES: "openid email",
  CIMD: "on",
  ACCESS_TOKEN_TTL_S: "43200",
  MCP_ERAS: "2025-11-25,2026-07-28",
  ALLOWED_ORIGINS: "https://app.acme.example, http://localhost:6274",
  ROLE_POLICY: JSON.stringify({ version: "1", claim: "groups", roles: { viewer: ["staff"] } }),
} as unknown as Env;

const withValue = (name: keyof Env, value: string | undefined) =>
  authProblems({ ...good, [name]: value } as Env);

test("a good configuration has no problems", () => {
  expect(authProblems(good)).toEqual([]);
  expect(withValue("PUBLIC_URL", "http://localhost:8787")).toEqual([]);
  expect(withValue("OIDC_ISSUER", "http://127.0.0.1:8790/oidc")).toEqual([]);
});

test.each([
  ["PUBLIC_URL", "http://sallyport.acme.example", "must be https"],
  [
    "PUBLIC_URL",
    "https://sallyport.acme.example/",
    "with nothing after the host: https://sallyport.acme.example",
  ],
  ["PUBLIC_URL", "https://Sallyport.acme.example", "https://sallyport.acme.example"],
  ["PUBLIC_URL", "https://sallyport.acme.example/mcp", "must be an origin"],
  ["PUBLIC_URL", "sallyport", "is not a URL"],
  ["PUBLIC_URL", undefined, "is not a URL"],
  ["SEALING_KEY", "c2hvcnQ=", "32 random bytes in base64"],
  ["SEALING_KEY", "x".repeat(32), "32 random bytes in base64"],
  ["SEALING_KEY", undefined, "32 random bytes in base64"],
  ["SEALING_KEY_PREVIOUS", "c2hvcnQ=", "32 random bytes in base64"],
  ["OIDC_ISSUER", "http://login.acme.example", "must be https"],
  ["OIDC_ISSUER", "https://user:password@login.acme.example", "neither credentials"],
  ["OIDC_ISSUER", "file:///etc/passwd", "must be an https URL"],
  ["OIDC_CLIENT_ID", "", "is not set"],
  ["OIDC_CLIENT_SECRET", undefined, "is not set"],
  ["OIDC_SCOPES", "email", "must contain openid"],
  ["ACCESS_TOKEN_TTL_S", "59", "from 60 to 86400"],
  ["ACCESS_TOKEN_TTL_S", "86401", "from 60 to 86400"],
  ["ACCESS_TOKEN_TTL_S", "1h", "from 60 to 86400"],
  ["MCP_ERAS", "", "one or both of"],
  ["MCP_ERAS", "2024-11-05", "one or both of"],
  ["MCP_ERAS", "2025-11-25,", "one or both of"],
  ["CIMD", "yes", '"on" or "off"'],
  ["CIMD", undefined, '"on" or "off"'],
  ["ALLOWED_ORIGINS", "https://app.acme.example/", "separated by commas"],
  ["ALLOWED_ORIGINS", "http://app.acme.example", "separated by commas"],
  ["ALLOWED_ORIGINS", "*", "separated by commas"],
  ["TENANT", "", "is not set"],
  ["ROLE_POLICY", undefined, "is not JSON"],
] as const)("%s=%s is named with its fix", (name, value, fix) => {
  const problems = withValue(name, value);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name} `));
  expect(problems[0]).toContain(fix);
});

test("no secret is quoted", () => {
  expect(withValue("SEALING_KEY", "not-quite-the-sealing-key").join()).not.toContain("not-quite");
});
