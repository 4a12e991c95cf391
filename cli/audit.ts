/**
 * `npm run --silent audit -- verify [--wait S] [--offline FILE] [--key KEY] [--checkpoint FILE]
 * [--tenant NAME]` and `audit -- export`.
 * STATE_DIR says where the state is; the instance may run or not.
 */

import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { proofLine, rowLine } from "../verifier/export/export.ts";
import { readPublicKey } from "../verifier/proof/signature.ts";
import { storedEvents, storedProofs } from "./audit/store.ts";
import { type Brought, verifyLive } from "./audit/verify-live.ts";
import { verifyOffline } from "./audit/verify-offline.ts";
import { readAsOfNow } from "./local/database-file.ts";

interface VerifyOptions {
  readonly wait: number;
  readonly offline?: string;
  readonly key: readonly string[];
  readonly checkpoint: readonly string[];
  readonly tenant?: string;
}

/** Events travel for seconds, and longer only when something is wrong. */
const WAIT_S = 15;

const stateDir = process.env.STATE_DIR || ".state";

const program = new Command("audit").description("Verifies and exports the audit of a local instance.");
program
  .command("verify")
  .description("recompute every chain; exit 0 when all holds")
  .option("--wait <seconds>", "how long to wait for what is on its way to the database", seconds, WAIT_S)
  .option("--offline <file>", "verify an export by itself")
  .option("--key <key>", "a public key whose signatures hold: a file or the key itself; repeatable", each, [])
  .option("--checkpoint <file>", "a checkpoint that was kept elsewhere; repeatable", each, [])
  .option("--tenant <name>", "with --offline: whose export it has to be")
  .action(async ({ wait, offline, key, checkpoint, tenant }: VerifyOptions) => {
    const brought: Brought = {
      keys: await Promise.all(
        key.map((text) => readPublicKey(existsSync(text) ? readFileSync(text, "utf8") : text)),
      ),
      kept: checkpoint.map((file) => keptCheckpoint(readFileSync(file, "utf8"))),
      ...(tenant === undefined ? {} : { tenant }),
    };
    if (offline === undefined) await verifyLive(stateDir, wait, brought);
    else await verifyOffline(offline, brought);
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

function each(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

/** As `/audit/checkpoint` answers, or the statement alone. */
function keptCheckpoint(text: string): string {
  if (!text.trimStart().startsWith("{")) return text.trim();
  return String((JSON.parse(text) as { checkpoint?: unknown }).checkpoint);
}

/** As of one moment: an instance that runs takes in events meanwhile, and lets others go. */
async function exportAll(): Promise<void> {
  await readAsOfNow(stateDir, async (rows) => {
    for (const proof of storedProofs(rows)) await print(proofLine(proof));
    for (const row of storedEvents(rows)) await print(rowLine(row));
  });
}

/** Waits for whoever reads: an export may be larger than memory. */
async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}
