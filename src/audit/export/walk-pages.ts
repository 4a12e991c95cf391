/** Reads a table of the audit store page by page, and fails if rows vanish meanwhile. */
import type { WalkedTable } from "../../../verifier/verify/walk.ts";

/** Every row of a table, page by page, in the order of its key as it is stored. */
export async function* everyPage(
  db: D1Database,
  { name, key, columns }: WalkedTable,
  options: {
    /** The last row by its row number, as text: none of them is too large then. */
    readonly through: string;
    readonly limit: number;
    /** More columns of the row, which is called `e`. */
    readonly more?: string;
  },
): AsyncGenerator<readonly Record<string, unknown>[]> {
  const { through, limit, more } = options;
  const select = `SELECT CAST(e.rowid AS TEXT) AS row_number, ${columns}${more === undefined ? "" : `, ${more}`}
    FROM ${name} AS e WHERE e.rowid <= CAST(?1 AS INTEGER)`;
  const order = `ORDER BY ${key} LIMIT ?2`;
  // By the last row itself and not by its key: what stands in a key may be anything, and come out as something else.
  const goOn = `AND (${key}) >= (SELECT ${key} FROM ${name} WHERE rowid = CAST(?3 AS INTEGER))`;
  let last: unknown;
  for (;;) {
    const page =
      last === undefined
        ? db.prepare(`${select} ${order}`).bind(through, limit)
        : db.prepare(`${select} ${goOn} ${order}`).bind(through, limit + 1, last);
    const { results } = await page.all<Record<string, unknown>>();
    const rows = last === undefined ? results : results.slice(1);
    if (last !== undefined && results[0]?.row_number !== last)
      throw new Error(`${name}: rows were removed while the audit was exported: begin anew`);
    yield rows;
    if (rows.length < limit) return;
    last = rows.at(-1)?.row_number;
  }
}
