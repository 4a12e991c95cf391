/** Tables as Markdown, in the project's format. */

/** A table whose columns are as wide as their widest cell. Ends with a line break. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...lines.map((cells) => cells[column]?.length ?? 0)));
  const [first = "", ...others] = lines.map((cells) =>
    row(widths.map((width, column) => (cells[column] ?? "").padEnd(width))),
  );
  return `${[first, row(widths.map((width) => "-".repeat(width))), ...others].join("\n")}\n`;
}

/** Names as code, one after another, or a dash for none. */
export function namesCell(names: readonly string[]): string {
  return names.length === 0 ? "–" : names.map((name) => `\`${name}\``).join(", ");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
