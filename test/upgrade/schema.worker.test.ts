import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { applySchema } from "../../src/audit/write/schema.ts";
import { LEDGER_SCHEMA, LEDGER_TABLES } from "../../src/audit/write/tables.ts";
import { PERSON_SCHEMA } from "../../src/person/schema.ts";

const STEPS = [
  "CREATE TABLE kept (id INTEGER PRIMARY KEY, said TEXT NOT NULL)",
  "ALTER TABLE kept ADD COLUMN loud INTEGER NOT NULL DEFAULT 0; CREATE INDEX kept_loud ON kept (loud)",
  "CREATE TABLE beside (id INTEGER PRIMARY KEY)",
] as const;

let objects = 0;

/** Does something to the storage of an object that nobody else uses. */
function within<Result>(work: (storage: DurableObjectStorage) => Result): Promise<Result> {
  objects += 1;
  return runInDurableObject(env.SESSION.getByName(`schema-${objects}`), (_object, state) =>
    work(state.storage),
  );
}

function tables({ sql }: DurableObjectStorage): unknown[] {
  return sql.exec("SELECT name, sql FROM sqlite_master WHERE name LIKE 'kept%' OR name = 'beside'").toArray();
}

test("from every earlier version a component comes to the same tables, with what was in them", async () => {
  const fresh = await within((storage) => {
    applySchema(storage, "test", STEPS);
    return tables(storage);
  });
  expect(fresh).toHaveLength(3);
  for (let version = 1; version <= STEPS.length; version += 1) {
    const upgraded = await within((storage) => {
      applySchema(storage, "test", STEPS.slice(0, version));
      storage.sql.exec("INSERT INTO kept (id, said) VALUES (1, 'hello')");
      applySchema(storage, "test", STEPS);
      expect(storage.sql.exec("SELECT said, loud FROM kept").toArray()).toEqual([{ said: "hello", loud: 0 }]);
      return tables(storage);
    });
    expect(upgraded).toEqual(fresh);
  }
});

test("the version before opens what the next one has touched", async () => {
  await within((storage) => {
    applySchema(storage, "test", STEPS);
    applySchema(storage, "test", STEPS.slice(0, 1));
    storage.sql.exec("INSERT INTO kept (id, said) VALUES (1, 'hello')");
    applySchema(storage, "test", STEPS);
    expect(storage.sql.exec("SELECT id FROM kept").toArray()).toEqual([{ id: 1 }]);
  });
});

test("a step that fails leaves the version before it whole", async () => {
  await within((storage) => {
    applySchema(storage, "test", STEPS.slice(0, 1));
    const before = tables(storage);
    expect(() =>
      applySchema(storage, "test", [STEPS[0], "CREATE TABLE beside (id INTEGER)", "CREATE TABLE kept (id)"]),
    ).toThrow(/already exists/);
    expect(tables(storage)).toEqual(before);
    applySchema(storage, "test", STEPS);
    expect(tables(storage)).toHaveLength(3);
  });
});

test.each([["audit", LEDGER_SCHEMA, LEDGER_TABLES]] as const)(
  "a new object's %s tables are what an old object's have become",
  async (component, steps, whole) => {
    const all = ({ sql }: DurableObjectStorage) =>
      sql
        .exec<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_master ORDER BY name")
        .toArray()
        .map(({ name, sql }) => [name, sql]);
    const made = (given?: string) =>
      within((storage) => {
        // The object that this storage belongs to has made its own.
        storage.sql.exec(`DROP TABLE IF EXISTS audit_chain; DROP TABLE IF EXISTS audit_outbox`);
        storage.sql.exec("DELETE FROM schema_version");
        applySchema(storage, `${component} anew`, steps, given);
        return all(storage);
      });
    const [at_once, step_by_step] = [await made(whole), await made()];
    expect(at_once).toEqual(step_by_step);
    expect(at_once.length).toBeGreaterThan(3);
  },
);

test("the components of one object don't know of each other's versions", async () => {
  await within((storage) => {
    applySchema(storage, "test", STEPS);
    applySchema(storage, "person", PERSON_SCHEMA);
    expect(
      storage.sql.exec("SELECT version FROM schema_version WHERE component IN ('test', 'person')").toArray(),
    ).toEqual(expect.arrayContaining([{ version: STEPS.length }, { version: PERSON_SCHEMA.length }]));
  });
});
