import { env } from "cloudflare:workers";
import { afterEach, expect, test } from "vitest";
import { oktaChecks } from "../../../src/connectors/okta/checks.ts";
import { vendorChecks } from "../../../src/console/health/vendor-checks.ts";
import { credentialOf } from "../../support/deployed.ts";
import { lab } from "../../support/worker/lab.ts";

afterEach(() => lab.clear());

test("the read credential is tried with users, their roles and the log", async () => {
  expect(await vendorChecks(env, credentialOf("okta.read"), oktaChecks)).toEqual([
    { name: "users and their roles", asked: true, problems: [] },
    { name: "system log", asked: true, problems: [] },
  ]);
});

test.each(["listUsers", "listAssignedRolesForUser", "listLogEvents"])(
  "a scope or role that %s lacks is named before anybody needs it",
  async (operation) => {
    await lab.fault({ vendor: "okta", operation, mode: "status", status: 403 });
    const problems = (await vendorChecks(env, credentialOf("okta.read"), oktaChecks)).flatMap(
      (check) => check.problems,
    );
    expect(problems).toEqual([expect.stringMatching(/okta\.(users|roles|logs)\.read/)]);
  },
);
