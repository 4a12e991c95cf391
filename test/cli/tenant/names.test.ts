import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_TENANT_NAME, resourceName, tenantNameProblem } from "../../../cli/tenant/name.ts";
import { resourcesOf } from "../../../cli/tenant/render.ts";
import { base } from "./acme.ts";

const tenant = fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/).filter((name) => tenantNameProblem(name) === null);

test.each(["acme", "a", "acme-eu", "a1-b2", "a".repeat(MAX_TENANT_NAME)])("%s can be a tenant", (name) => {
  expect(tenantNameProblem(name)).toBeNull();
});

test.each([
  "",
  "Acme",
  "1acme",
  "-acme",
  "acme-",
  "ac--me",
  "ac_me",
  "ac.me",
  "../acme",
  "ac me",
  "acmé",
  "--dry-run",
])("%j can't be a tenant", (name) => {
  expect(tenantNameProblem(name)).toContain(`"${name}"`);
});

test("a name whose queues wouldn't fit is refused, and the longest that is allowed fits", () => {
  expect(tenantNameProblem("a".repeat(MAX_TENANT_NAME + 1))).toContain("longer");
  const { worker, d1, kv, queues } = resourcesOf(base, "a".repeat(MAX_TENANT_NAME));
  for (const name of [worker, ...d1, ...kv, ...queues]) expect(name.length).toBeLessThanOrEqual(63);
});

test("two tenants share no resource, whatever they are called", () => {
  fc.assert(
    fc.property(tenant, tenant, (one, other) => {
      fc.pre(one !== other);
      const [mine, theirs] = [resourcesOf(base, one), resourcesOf(base, other)];
      expect(mine.worker).not.toBe(theirs.worker);
      for (const kind of ["d1", "kv", "queues"] as const) {
        expect(mine[kind].filter((name) => theirs[kind].includes(name))).toEqual([]);
      }
    }),
    { seed: 7, numRuns: 500 },
  );
});

test("a resource that isn't named after the project can't be given to each tenant", () => {
  expect(() => resourceName("sallyport", "acme", "shared-queue")).toThrow("tenants would share it");
});
