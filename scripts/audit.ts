/**
 * `npm run --silent audit -- verify [--wait S] [--offline FILE]` and `audit -- export`. STATE_DIR says where the
 * state is; the instance may run or not.
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import { exportColumns, exportLine, readExport } from "../src/audit/export.ts";
import { RECORD_COLUMNS } from "../src/audit/record.ts";
import { fromRow, type LiveHead, recordColumns, type StoredEvent } from "../src/audit/stored-event.ts";
import { type Verification, verifyEvents } from "../src/audit/verify.ts";
import { queryDatabase } from "./database-file.ts";
import { readLiveHeads } from "./live-chains.ts";

const POLL_MS = 250;

const stateDir = process.env.STATE_DIR || ".state";

const program = new Command("audit").description("Verifies and exports the audit of a local instance.");
program
  .command("verify")
  .description("recompute every chain; exit 0 when all holds")
  .option("--wait <seconds>", "give the database so long to hold every live chain to its end", seconds, 0)
  .option("--offline <file>", "verify an export by itself")
  .action(async ({ wait, offline }: { wait: number; offline?: string }) => {
    if (offline === undefined) await verifyLive(wait);
    else report(verifyEvents(readExport(readFileSync(offline, "utf8")), null, exportColumns), {});
  });
program.command("export").description("print every event as a line of OCSF").action(exportAll);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError("must be a number of seconds");
  }
  return value;
}

async function verifyLive(wait_s: number): Promise<void> {
  const awaited = readLiveHeads(stateDir);
  await untilHeld(awaited, Date.now() + wait_s * 1_000);
  // The store first: then no event in it can be newer than the heads.
  const presented = readStore();
  const heads = readLiveHeads(stateDir);
  const { findings, ...totals } = verifyEvents(presented, heads, recordColumns);
  report(
    {
      ...totals,
      // What a running instance did after this command began is neither awaited nor a finding.
      findings: findings.filter(
        ({ defect, chain, seq }) => defect !== "undelivered" || seq <= (awaited.get(chain)?.seq ?? 0),
      ),
    },
    {
      heads: [...heads.values()].map(({ chain, seq, hash }) => ({ chain, seq, hash })),
      ...queryDatabase(
        stateDir,
        `SELECT (SELECT COUNT(*) FROM audit_conflicts) AS conflicts,
                (SELECT COUNT(*) FROM audit_dead_letters) AS dead_letters`,
      )[0],
    },
  );
}

async function untilHeld(heads: ReadonlyMap<string, LiveHead>, deadline: number): Promise<void> {
  while (!isHeld(heads) && Date.now() < deadline) await sleep(POLL_MS);
}

function isHeld(heads: ReadonlyMap<string, LiveHead>): boolean {
  const rows = queryDatabase(stateDir, "SELECT chain, COUNT(*) AS events FROM audit_events GROUP BY chain");
  const events = new Map(rows.map(({ chain, events }) => [chain, Number(events)]));
  return [...heads.values()].every(({ chain, seq }) => (events.get(chain) ?? 0) >= seq);
}

function exportAll(): void {
  for (const { chain, seq, hash, event, columns } of readStore()) {
    process.stdout.write(`${exportLine({ chain, seq, prev: String(columns.prev), hash }, event)}\n`);
  }
}

function readStore(): StoredEvent[] {
  const columns = RECORD_COLUMNS.join(", ");
  return queryDatabase(stateDir, `SELECT ${columns} FROM audit_events ORDER BY chain, seq`).map(fromRow);
}

function report({ findings, ...totals }: Verification, more: Record<string, unknown>): void {
  const ok = findings.length === 0;
  process.stdout.write(`${JSON.stringify({ ok, ...totals, ...more, findings })}\n`);
  if (!ok) process.exitCode = 1;
}
