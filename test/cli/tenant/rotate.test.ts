import { afterEach, beforeEach, expect, test } from "vitest";
import { rotateSecrets, rotationProblem } from "../../../cli/tenant/rotate.ts";
import { fromJson, withGenerated } from "../../../cli/tenant/secrets.ts";
import { acme, base, SECRETS } from "./acme.ts";
import { RehearsedAccount } from "./rehearsed-account.ts";

const WORKER = "sallyport-acme";
let account: RehearsedAccount;

beforeEach(() => {
  account = new RehearsedAccount();
  account.change({ workers: { [WORKER]: { ...SECRETS } } });
});
afterEach(() => account.remove());

async function rotate(
  names: readonly string[],
  given: Record<string, string>,
): Promise<Record<string, unknown>> {
  const secrets = withGenerated(fromJson(JSON.stringify(given)));
  await rotateSecrets({ base, settings: acme, wrangler: account.wrangler, secrets, names, say: () => {} });
  return account.read().workers[WORKER] ?? {};
}

test("what is named gets its new value in one version, and nothing else changes", async () => {
  const names = ["JIRA_READ_EMAIL", "JIRA_READ_API_TOKEN"];
  const after = await rotate(names, { JIRA_READ_EMAIL: "new@acme.example", JIRA_READ_API_TOKEN: "new" });
  expect(after).toEqual({ ...SECRETS, JIRA_READ_EMAIL: "new@acme.example", JIRA_READ_API_TOKEN: "new" });
  expect(account.read().changes).toBe(1);
});

test("the key until now goes on opening what it sealed, if it was kept", async () => {
  const after = await rotate(["SEALING_KEY"], { SEALING_KEY_PREVIOUS: "the key until now" });
  expect(after.SEALING_KEY_PREVIOUS).toBe("the key until now");
  expect(after.SEALING_KEY).not.toBe(SECRETS.SEALING_KEY);
});

test("a key from two rotations ago is not accepted any more", async () => {
  await rotate(["SEALING_KEY"], { SEALING_KEY_PREVIOUS: "the first" });
  expect(await rotate(["SEALING_KEY"], {})).not.toHaveProperty("SEALING_KEY_PREVIOUS");
});

test("a secret that nobody has heard of, or that has no value, changes nothing", async () => {
  await expect(rotate(["OKTA_PASSWORD"], { OKTA_PASSWORD: "x" })).rejects.toThrow("no secret OKTA_PASSWORD");
  await expect(rotate(["JIRA_READ_EMAIL"], {})).rejects.toThrow("JIRA_READ_EMAIL");
  expect(account.read().changes).toBe(0);
});

test("the key of checkpoints isn't changed before the one until now stays accepted", () => {
  const names = ["CHECKPOINT_PRIVATE_KEY"];
  const withKey = { ...base, secrets: { required: names } };
  expect(rotationProblem(withKey, acme, names)).toContain("CHECKPOINT_PUBLIC_KEYS");
  const kept = { ...acme, vars: { ...acme.vars, CHECKPOINT_PUBLIC_KEYS: "MCow" } };
  expect(rotationProblem(withKey, kept, names)).toBeNull();
});

test("a tenant that isn't up has nothing to rotate", async () => {
  account.change({ workers: {} });
  await expect(rotate(["JIRA_READ_EMAIL"], { JIRA_READ_EMAIL: "x" })).rejects.toThrow(
    "no Worker sallyport-acme",
  );
});
