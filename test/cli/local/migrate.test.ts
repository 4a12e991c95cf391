import type { D1Database } from "@cloudflare/workers-types";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterEach, beforeEach, expect, test } from "vitest";
import { applyMigrations } from "../../../cli/local/migrate.ts";

let miniflare: Miniflare;
let database: D1Database;

beforeEach(async () => {
  const script = "export default { fetch: () => new Response() };";
  miniflare = new Miniflare(
    convertV4MiniflareOptions({ modules: true, script, d1Databases: ["DB"], cf: false }),
  );
  database = (await miniflare.getD1Database("DB")) as unknown as D1Database;
});
afterEach(() => miniflare.dispose());

const first = { name: "0001.sql", statements: ["CREATE TABLE a (id TEXT)", "INSERT INTO a VALUES ('once')"] };
const second = { name: "0002.sql", statements: ["ALTER TABLE a ADD COLUMN b TEXT"] };

async function rows(query: string): Promise<unknown[]> {
  return (await database.prepare(query).all()).results;
}

test("each migration is applied once, later ones on top of earlier ones", async () => {
  expect(await applyMigrations(database, [first])).toEqual(["0001.sql"]);
  expect(await applyMigrations(database, [first, second])).toEqual(["0002.sql"]);
  expect(await applyMigrations(database, [first, second])).toEqual([]);
  expect(await rows("SELECT id, b FROM a")).toEqual([{ id: "once", b: null }]);
  expect(await rows("SELECT name FROM d1_migrations ORDER BY id")).toEqual([
    { name: "0001.sql" },
    { name: "0002.sql" },
  ]);
});

test("a migration that fails leaves nothing of itself, neither rows nor record", async () => {
  const broken = { name: "0002.sql", statements: ["INSERT INTO a VALUES ('half')", "ALTER TABLE missing"] };
  await expect(applyMigrations(database, [first, broken])).rejects.toThrow();
  expect(await rows("SELECT id FROM a")).toEqual([{ id: "once" }]);
  expect(await rows("SELECT name FROM d1_migrations")).toEqual([{ name: "0001.sql" }]);
});
