import type { Ratio } from "./ratios.ts";
import type { Score, Scores } from "./rounds.ts";
import { spreadOf } from "./statistics.ts";

/** The ratios as rows of a Markdown table, which reads well in a terminal, too. */
export function ratioTable(ratios: readonly Ratio[]): string {
  return table(
    ["ratio", "of what", "wanted", "median", "half of the rounds"],
    ratios.map(({ name, what, target, median, low, high }) => [
      ...[`\`${name}\``, what, target, median.toFixed(2), `${low.toFixed(2)} to ${high.toFixed(2)}`],
    ]),
  );
}

/** Throughput and latency, one row for each entrant and number of connections. */
export function scoreTable(scores: readonly Scores[]): string {
  const medianOf = (rounds: readonly Score[], value: (score: Score) => number): number =>
    spreadOf(rounds.map(value)).median;
  return table(
    ["what", "connections", "calls/s", "p50 ms", "p95 ms", "p99 ms"],
    scores.map(({ name, connections, rounds }) => [
      ...[name, String(connections), medianOf(rounds, ({ per_second }) => per_second).toFixed(0)],
      ...(["p50_ms", "p95_ms", "p99_ms"] as const).map((key) =>
        medianOf(rounds, (score) => score[key]).toFixed(1),
      ),
    ]),
  );
}

/** A Markdown table with its columns aligned; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumber = head.map((_, column) => rows.every((row) => /^[\d.,]*$/.test(row[column] ?? "")));
  const widths = head.map((title, column) =>
    Math.max(title.length, 3, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths
      .map((width, column) => {
        const cell = cells[column] ?? "";
        return isNumber[column] ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(" | ")} |`;
  const rule = widths.map((width, column) =>
    isNumber[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}
