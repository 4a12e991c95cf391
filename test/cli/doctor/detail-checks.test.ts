import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import type { Detail } from "../../../cli/doctor/detail.ts";
import { detailChecks } from "../../../cli/doctor/detail-checks.ts";

const MIGRATIONS = ["0001_audit.sql", "0002_console.sql"];
const CREDENTIAL: Detail["credentials"][number] = {
  credential: "okta.read",
  vendor: "okta",
  state: "ready",
  problems: [],
  breaker: "closed",
  token: { ok: true, code: null, message: null },
  checks: [{ name: "least read", asked: true, problems: [] }],
};
const WELL: Detail = {
  audit: {
    gaps: [],
    missing_chains: [],
    checkpoint: { n: 7, age_ms: 59 * 60_000 },
    unsigned_checkpoints: [],
    lag_ms: 1_200,
    conflicts: 0,
    dead_letters: 0,
    planted: 0,
  },
  drift: [],
  mixed_eras: [],
  credentials: [CREDENTIAL],
  migrations: MIGRATIONS,
};

function verdicts(detail: Detail): Record<string, string> {
  return Object.fromEntries(detailChecks(detail, MIGRATIONS).map(({ name, verdict }) => [name, verdict]));
}

test("an instance that is well passes every check, with nothing to do", () => {
  const checks = detailChecks(WELL, MIGRATIONS);
  expect(new Set(checks.map(({ verdict }) => verdict))).toEqual(new Set(["ok"]));
  expect(checks.map(({ advice }) => advice).join("")).toBe("");
});

const audit = (more: Partial<Detail["audit"]>): Detail => ({ ...WELL, audit: { ...WELL.audit, ...more } });
const credential = (more: Partial<typeof CREDENTIAL>): Detail => ({
  ...WELL,
  credentials: [{ ...CREDENTIAL, ...more }],
});
const refused = (code: string) => ({ token: { ok: false, code, message: "The vendor said no." } });

const tried = (asked: boolean, ...problems: string[]) =>
  credential({ checks: [{ name: "least read", asked, problems }] });

test.each<[what: string, detail: Detail, name: string, verdict: string]>([
  ["a missing migration", { ...WELL, migrations: ["0001_audit.sql"] }, "migrations", "fail"],
  [
    "a migration from the future",
    { ...WELL, migrations: [...MIGRATIONS, "0003_x.sql"] },
    "migrations",
    "warn",
  ],
  ["a queue that lags", audit({ lag_ms: 90_000 }), "queue lag", "warn"],
  ["a queue that stands", audit({ lag_ms: 3_600_000 }), "queue lag", "fail"],
  ["a setting that the vendor refuses", tried(true, "OKTA_X: is no form."), "okta.read: least read", "fail"],
  ["a vendor that could not be asked", tried(false, "Okta did not answer."), "okta.read: least read", "warn"],
  ["a gap", audit({ gaps: [{ chain: "c", from_seq: 2, through_seq: 3 }] }), "audit gaps", "fail"],
  ["a missing chain", audit({ missing_chains: [{ chain: "session/s1/i1" }] }), "audit chains", "fail"],
  ["a checkpoint that is overdue", audit({ checkpoint: { n: 7, age_ms: 7_300_000 } }), "checkpoint", "fail"],
  ["a checkpoint that nobody signed", audit({ unsigned_checkpoints: [1_000_000] }), "checkpoint", "fail"],
  ["a conflict", audit({ conflicts: 1 }), "audit conflicts", "fail"],
  ["a row where no object writes", audit({ planted: 1 }), "audit places", "fail"],
  ["a dead letter", audit({ dead_letters: 1 }), "dead letters", "warn"],
  ["a rejected credential", credential(refused("credential_rejected")), "credential okta.read", "fail"],
  ["a vendor that is down", credential(refused("upstream_unavailable")), "credential okta.read", "warn"],
  ["an open circuit", credential({ breaker: "open" }), "credential okta.read", "warn"],
  [
    "a broken variable",
    credential({ state: "broken", problems: ["OKTA_BASE_URL: must be https"], token: null }),
    "credential okta.read",
    "fail",
  ],
  [
    "a client that mixes eras",
    { ...WELL, mixed_eras: [{ client_id: "https://claude.ai/client", count: 3 }] },
    "protocol eras",
    "warn",
  ],
  [
    "a vendor's drift",
    { ...WELL, drift: [{ source: "okta", field: "id", count: 2 }] },
    "contract drift",
    "warn",
  ],
])("%s is found, and there is something to do about it", (_what, detail, name, verdict) => {
  expect(verdicts(detail)).toEqual({ ...verdicts(WELL), [name]: verdict });
  expect(detailChecks(detail, MIGRATIONS).find((check) => check.name === name)?.advice).not.toBe("");
});

test("whatever page a check sends people to exists", async () => {
  const source = await readFile("cli/doctor/detail-checks.ts", "utf8");
  const pages = [...source.matchAll(/docs\/[\w/-]+\.md/g)].map(([page]) => page);
  expect(pages.length).toBeGreaterThan(0);
  for (const page of pages) expect(existsSync(page), page).toBe(true);
});

test("a vendor that isn't used is no fault", () => {
  expect(verdicts(credential({ state: "unused", token: null }))["credential okta.read"]).toBe("ok");
});
