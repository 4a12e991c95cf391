/** Prints the doctor's report. */
import type { Report } from "./check.ts";

const MARKS = { ok: "ok  ", warn: "warn", fail: "FAIL", unknown: "?   " } as const;

/** Prints a report for people: a line for each check, and what to do below those that need something. */
export function printReport({ url, ok, checks }: Report, print: (line: string) => void): void {
  print(`doctor: ${url}`);
  for (const { name, verdict, found, advice } of checks) {
    print(`${MARKS[verdict]}  ${name}: ${found}`);
    if (advice !== "") print(`      → ${advice}`);
  }
  const count = (wanted: string): number => checks.filter(({ verdict }) => verdict === wanted).length;
  print(
    `${ok ? "Healthy" : "NOT HEALTHY"}: ${count("ok")} checks passed, ${count("warn")} warnings, ${count("fail")} failures`,
  );
}
