import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startTestInstance, type TestInstance } from "../../support/instance.ts";

let instance: TestInstance;

beforeAll(async () => {
  instance = await startTestInstance({ environment: { TENANT: "crash-test" } });
}, 60_000);
afterAll(() => instance.dispose());

const answers = async () => (await fetch(`${instance.url}/healthz`)).ok;

test("what was written before a SIGKILL is there after a restart, at the same URL", async () => {
  const { url } = instance;
  const database = await instance.current().database();
  await database.exec("CREATE TABLE acknowledged (id TEXT)");
  await database.prepare("INSERT INTO acknowledged VALUES (?)").bind("before").run();

  await instance.kill9();
  await expect(answers()).rejects.toThrow();
  expect(instance.sql("SELECT id FROM acknowledged")).toEqual([{ id: "before" }]);

  await instance.restart();
  expect(instance.url).toBe(url);
  expect(await answers()).toBe(true);
  const { results } = await (await instance.current().database())
    .prepare("SELECT id FROM acknowledged")
    .all();
  expect(results).toEqual([{ id: "before" }]);
});

test("migrations are not applied a second time to the same state", async () => {
  const applied = instance.sql("SELECT * FROM d1_migrations");
  expect(applied.length).toBeGreaterThan(0);
  await instance.restart();
  expect(instance.sql("SELECT * FROM d1_migrations")).toEqual(applied);
});

test("a runtime that crashes is started again without anybody's doing", async () => {
  const crashed = instance.current().workerdPid();
  process.kill(crashed, "SIGKILL");
  await vi.waitFor(async () => expect(await answers()).toBe(true), { timeout: 30_000 });
  expect(instance.current().workerdPid()).not.toBe(crashed);
});

test("the Worker is told the given value of a variable, and of the lab's where none is given", async () => {
  const bindings = await instance.current().miniflare.getBindings();
  expect(bindings).toMatchObject({
    TENANT: "crash-test",
    PUBLIC_URL: instance.url,
    OIDC_ISSUER: `${instance.lab.url}/oidc`,
  });
});
