import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTenant } from "../../../cli/tenant/create.ts";
import { TenantFolder } from "../../../cli/tenant/folder.ts";
import { resourcesOf, secretsOf } from "../../../cli/tenant/render.ts";
import { fromJson, isGenerated, withGenerated } from "../../../cli/tenant/secrets.ts";
import type { TenantSettings } from "../../../cli/tenant/settings.ts";
import { acme, base, SECRETS } from "./acme.ts";
import { RehearsedAccount } from "./rehearsed-account.ts";

const resources = resourcesOf(base, "acme");
let account: RehearsedAccount;
let said: string[];
let asked: string[][];

beforeEach(() => {
  account = new RehearsedAccount();
  said = [];
  asked = [];
});
afterEach(() => account.remove());

function create(settings: TenantSettings = acme): Promise<void> {
  return createTenant({
    base,
    settings,
    folder: new TenantFolder(account.root, "acme"),
    wrangler: account.wrangler,
    secrets: withGenerated((required, optional) => {
      asked.push([...required]);
      const { SEALING_KEY: _made, CHECKPOINT_PRIVATE_KEY: _too, ...kept } = SECRETS;
      return fromJson(JSON.stringify(kept))(required, optional);
    }),
    say: (line) => said.push(line),
  });
}

/** Everything is there once, has its ids in the configuration, and was deployed after its schema and secrets. */
function expectWhole(): void {
  const { d1, kv, queues, workers, deployed, migrated } = account.read();
  expect(d1.map(({ name }) => name)).toEqual(resources.d1);
  expect(kv.map(({ title }) => title)).toEqual(resources.kv);
  expect(queues.toSorted()).toEqual(resources.queues.toSorted());
  expect(Object.keys(workers)).toEqual([resources.worker]);
  expect(Object.keys(workers[resources.worker] ?? {}).toSorted()).toEqual(secretsOf(base, acme).toSorted());
  expect(deployed.at(-1)).toBe(resources.worker);
  expect(migrated).toContain(resources.d1[0]);
  const config = JSON.parse(readFileSync(new TenantFolder(account.root, "acme").config, "utf8"));
  expect(config.d1_databases[0].database_id).toBe(d1[0]?.uuid);
  expect(config.kv_namespaces[0].id).toBe(kv[0]?.id);
}

test("an empty account gets everything that the tenant needs, and nothing else", async () => {
  await create();
  expectWhole();
});

test("a second run makes nothing new, asks for nothing, and deploys", async () => {
  await create();
  const before = account.read();
  await create();
  const after = account.read();
  expect({ d1: after.d1, kv: after.kv, workers: after.workers }).toEqual({
    ...{ d1: before.d1, kv: before.kv, workers: before.workers },
  });
  expect(after.deployed).toHaveLength(2);
  expect(asked).toHaveLength(1);
});

test("another tenant's resources are left alone", async () => {
  account.change({ d1: [{ name: "sallyport-globex-audit", uuid: "u" }], queues: ["sallyport-globex-audit"] });
  await create();
  expect(account.read().d1).toContainEqual({ name: "sallyport-globex-audit", uuid: "u" });
  expect(JSON.stringify(account.read().calls)).not.toContain("globex");
});

describe("a run that breaks off is finished by the next one", () => {
  // A database, a namespace, the queues, the secrets, the schema, the deployment.
  const changes = 2 + resources.queues.length + 3;
  const cases = Array.from({ length: changes }, (_, at) => [
    { at, when: "before" as const },
    { at, when: "after" as const },
  ]).flat();

  test.each(cases)("at its change $at, $when it took effect", async (fail) => {
    account.change({ fail });
    await expect(create()).rejects.toThrow("failed (exit code 1)");
    const broken = account.read();
    account.change({ fail: null });
    await create();
    expectWhole();
    const { workers } = account.read();
    // A key that sealed something must not be made anew.
    const key = broken.workers[resources.worker]?.SEALING_KEY;
    if (key !== undefined) expect(workers[resources.worker]?.SEALING_KEY).toBe(key);
  });
});

test("an account that can't be asked is not taken for an empty one", async () => {
  account.change({ d1: "not a list" as never });
  await expect(create()).rejects.toThrow();
  expect(account.read().changes).toBe(0);
});

test("secrets reach Cloudflare on stdin, and nothing and nobody else", async () => {
  await create();
  const { calls, workers } = account.read();
  const values = Object.values(workers[resources.worker] ?? {}).map(String);
  expect(values).toHaveLength(secretsOf(base, acme).length);
  const seen = [calls.map(({ args }) => args), said, filesBelow(join(account.root, "tenants"))];
  for (const value of values) expect(JSON.stringify(seen)).not.toContain(value);
  expect(calls.filter(({ stdin }) => stdin !== "").map(({ args }) => args.slice(0, 2))).toEqual([
    ["secret", "bulk"],
  ]);
});

test("what is ours to make is made: never asked for, and another one for each tenant", async () => {
  await create();
  const first = account.read().workers[resources.worker]?.SEALING_KEY ?? "";
  expect(asked.flat().filter(isGenerated)).toEqual([]);
  expect(Buffer.from(first, "base64")).toHaveLength(32);
  account.change({ workers: {} });
  await create();
  expect(account.read().workers[resources.worker]?.SEALING_KEY).not.toBe(first);
});

test("a jurisdiction goes to every resource that is made", async () => {
  await create({ ...acme, jurisdiction: "eu" });
  const made = account.read().calls.filter(({ args }) => args.includes("create"));
  expect(made).toHaveLength(2 + resources.queues.length);
  for (const { args } of made) expect(args.slice(-2)).toEqual(["--jurisdiction", "eu"]);
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}
