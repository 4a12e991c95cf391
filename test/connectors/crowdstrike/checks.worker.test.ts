import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { crowdstrikeChecks } from "../../../src/connectors/crowdstrike/checks.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import { settingsOf } from "../../../src/toolkit/upstream/settings-of.ts";
import { effects, inject, resetLab } from "../../downstream/lab-control.ts";
import { credentialOf } from "../../support/deployed.ts";
import { rested } from "../../support/worker/credentials.ts";

beforeEach(async () => {
  await resetLab();
  await rested(...crowdstrikeChecks.map(({ credential }) => credential.name));
});

/** What the check of a credential finds, through that credential or another in its place. */
async function found(name: string, through: string = name): Promise<readonly string[]> {
  const check = crowdstrikeChecks.find(({ credential }) => credential.name === name);
  if (check === undefined) throw new Error(`nothing checks ${name}`);
  return check.run(upstreamFor(env, credentialOf(through)), settingsOf(env, check.credential.vendor), env);
}

test("nothing is wrong with the lab's API clients, and nothing is changed to see that", async () => {
  for (const { credential } of crowdstrikeChecks) expect(await found(credential.name)).toEqual([]);
  expect(await effects()).toEqual([]);
});

test("a client for changes that can read is told of, by its variable", async () => {
  expect(await found("crowdstrike.contain", "crowdstrike.read")).toEqual([
    expect.stringContaining("CROWDSTRIKE_CONTAIN_CLIENT_ID"),
  ]);
});

test("a client that can't read what it is for is refused, with the scope that it lacks", async () => {
  await expect(found("crowdstrike.read", "crowdstrike.contain")).rejects.toMatchObject({
    code: "credential_rejected",
    message: expect.stringContaining("Hosts: READ"),
  });
});

test("a vendor that can't be asked shows nothing", async () => {
  await inject({ operation: "QueryDevicesByFilter", mode: "reset" });
  await expect(found("crowdstrike.contain")).rejects.toMatchObject({ code: "upstream_unavailable" });
});
