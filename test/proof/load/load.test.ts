import { expect, it } from "vitest";
import { load } from "../../../proof/load/load.ts";

it("honest callers are served as well under hostile traffic as without it, and no call is lost", async () => {
  const report = await load({ seconds: 4, quiet_seconds: 1, hostile: 0.15 });
  expect(report.broken).toEqual([]);
  expect(report.success_ratio).toBe(1);
  expect(Object.keys(report.hostile)).toHaveLength(18);
  expect(report.audit).toMatchObject({ lost: 0, verified: true });
  expect(report.audit.calls).toBeGreaterThan(0);
}, 120_000);
