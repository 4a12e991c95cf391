/** Leaves out of records what the vendor leaves out. */
import { draw } from "../estate/random.ts";

/**
 * A record as the vendor sends it: what is empty is left out, here and there. Always the same of the same record.
 * @param often one in so many records lacks each of the fields
 */
export function withGaps<Record extends object>(
  record: Record,
  name: string,
  fields: readonly (keyof Record & string)[],
  often = 30,
): Record {
  const kept = { ...record };
  for (const field of fields) if (draw(`gap/${field}/${name}`, often) === 0) delete kept[field];
  return kept;
}
