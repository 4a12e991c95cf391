/** Why what was read of a source decides nothing, though the source answered. */

import { Failure } from "../../toolkit/failure.ts";
import type { Vendor } from "../../toolkit/upstream/vendor.ts";

const NEXT_STEP =
  "Decide this control by hand for them. Tell the people who run this instance, with the audit_id.";

/** Records that couldn't be read; `null` where there are none. */
export function unreadable({ title }: Vendor, what: string, count: number): Failure | null {
  if (count === 0) return null;
  return new Failure("upstream_contract_changed", `${count} of ${title}'s ${what} could not be read.`, {
    next_step: NEXT_STEP,
  });
}

/** Things of which the source doesn't say what the control rests on; `null` where there are none. */
export function gapsIn<Item>(
  { title }: Vendor,
  what: string,
  items: readonly Item[],
  field: keyof Item & string,
): Failure | null {
  const count = items.filter((item) => item[field] === null).length;
  if (count === 0) return null;
  const message = `Of ${count} of ${items.length} ${what}, ${title} doesn't say ${field}, on which this control rests.`;
  return new Failure("upstream_contract_changed", message, { next_step: NEXT_STEP });
}
