/**
 * `npm run load [-- --seconds 60 --hostile 10 --json]`: honest agents and hostile traffic against an instance of its
 * own, on this machine. Exit 1 when a call is missing from the audit, an answer is in no published form, an attack
 * was met with something else than it should be, or honest callers were served worse than without it.
 */
import { Command, InvalidArgumentError } from "commander";
import { type LoadReport, load } from "./load/load.ts";

/** Long enough for figures to compare with. */
const QUIET_SECONDS = 15;

const command = new Command("load")
  .description("Puts honest and hostile load on an instance of its own and tells how it fared.")
  .option("--seconds <n>", "of mixed load", number(1, 3_600), 60)
  .option("--hostile <percent>", "of all requests", number(0, 90), 10)
  .option("--json", "print the figures as JSON")
  .parse();
const { seconds, hostile, json } = command.opts<{ seconds: number; hostile: number; json?: boolean }>();

const report = await load({
  seconds,
  quiet_seconds: Math.min(seconds, QUIET_SECONDS),
  hostile: hostile / 100,
});
console.log(json ? JSON.stringify(report, null, 2) : summary(report));
if (report.broken.length > 0) process.exitCode = 1;

function summary({ quiet, mixed, success_ratio, audit, ...rest }: LoadReport): string {
  const percent = (part: number) => `${(part * 100).toFixed(2)} %`;
  const row = (name: string, { requests, served, p50_ms, p95_ms }: LoadReport["quiet"]) =>
    `${name.padEnd(22)}${String(requests).padStart(8)}${percent(served).padStart(12)}${String(p50_ms).padStart(9)}${String(p95_ms).padStart(9)}`;
  return [
    `${"honest callers".padEnd(22)}${"requests".padStart(8)}${"served".padStart(12)}${"p50 ms".padStart(9)}${"p95 ms".padStart(9)}`,
    row("without attack", quiet),
    row("under attack", mixed),
    `success under attack   ${success_ratio.toFixed(4)} of that without`,
    ...Object.entries(rest.unserved).map(([what, times]) => `  not served: ${times} × ${what}`),
    "",
    `hostile requests       ${rest.hostile_requests}`,
    ...Object.entries(rest.hostile).map(([kind, { answers }]) => {
      const told = Object.entries(answers).map(([answer, times]) => `${times} × ${answer}`);
      return `  ${kind.padEnd(36)}${told.join(", ")}`;
    }),
    "",
    `calls                  ${audit.calls}, of which ${audit.counted} were refused and counted in aggregate`,
    `missing from the audit ${audit.lost}`,
    `audit -- verify        ${audit.verified ? "holds" : "doesn't hold"}: ${audit.verification.slice(0, 300)}`,
    "",
    ...(rest.broken.length === 0 ? ["All of it held."] : rest.broken.map((what) => `BROKEN: ${what}`)),
  ].join("\n");
}

function number(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most)) {
      throw new InvalidArgumentError(`must be a number from ${least} to ${most}`);
    }
    return value;
  };
}
