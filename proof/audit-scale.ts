/**
 * `npm run test:audit-scale -- --events N`: writes an export of N events, verifies it offline in a process of its own,
 * and prints how long that took and how much memory it had at most. Fails unless all of it holds.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { sampleExport } from "./audit-scale/sample-export.ts";

const program = new Command("test:audit-scale")
  .description("Verifies a large export offline, and says how long that took and how much memory it had.")
  .option("--events <n>", "how many events", count, 100_000);
const { events } = program.parse().opts<{ events: number }>();

const directory = mkdtempSync(join(tmpdir(), "sallyport-scale-"));
try {
  const file = join(directory, "audit.ndjson");
  const key = join(directory, "key.pem");
  const { public_key, lines } = sampleExport(events);
  writeFileSync(key, public_key);
  const out = createWriteStream(file);
  for await (const line of lines) if (!out.write(`${line}\n`)) await once(out, "drain");
  out.end();
  await once(out, "finish");
  measure(file, key);
} finally {
  rmSync(directory, { recursive: true });
}

function measure(file: string, key: string): void {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      "--import",
      join(import.meta.dirname, "audit-scale/peak-memory.ts"),
      join(import.meta.dirname, "../cli/audit.ts"),
      "verify",
    ].concat("--offline", file, "--key", key),
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  const seconds = (performance.now() - began) / 1_000;
  const peak_kb = Number(/^peak memory: (\d+) KB$/m.exec(stderr)?.[1]);
  process.stdout.write(
    `${JSON.stringify({
      seconds: Math.round(seconds * 10) / 10,
      peak_mb: Math.round(peak_kb / 1_024),
      file_mb: Math.round(statSync(file).size / 1_000_000),
      summary: JSON.parse(stdout),
    })}\n`,
  );
  if (status !== 0) process.exitCode = 1;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("must be a whole number, 1 or more");
  return value;
}
