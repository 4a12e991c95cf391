import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { readWorkerConfig } from "../../cli/local/worker-config.ts";

test("the page on configuration names every variable, every secret and every binding, and no others", async () => {
  const page = await readFile("docs/reference/configuration.md", "utf8");
  const { vars, secrets, options } = await readWorkerConfig(".");
  const { kvNamespaces, d1Databases, queueProducers, durableObjects, ratelimits } = options;
  const bindings = [kvNamespaces, d1Databases, queueProducers, durableObjects, ratelimits].flatMap((of) =>
    Object.keys(of ?? {}),
  );
  const declared = new Set([...Object.keys(vars), ...secrets, ...bindings]);
  const named = new Set([...page.matchAll(/`([A-Z][A-Z0-9_]*)`/g)].map(([, name]) => name));
  // What a local start takes from the process alone.
  for (const name of ["PORT"]) named.delete(name);
  expect([...named].sort()).toEqual([...declared].sort());
});
