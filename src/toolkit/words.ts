/** Words that a vendor chooses from a list of its own, which grows without notice. */
import * as z from "zod";

/**
 * A schema for a vendor's word: one of `known`, compared without case, or `null` for every other word and for none.
 * Keep the vendor's own word beside it, in a field `vendor_…`: see {@link vendorWord}.
 */
export function word<const Known extends string>(known: readonly Known[]) {
  return z
    .string()
    .nullish()
    .transform((said): Known | null => {
      const folded = said?.trim().toLowerCase();
      return known.find((one) => one.toLowerCase() === folded) ?? null;
    });
}

/** A vendor's own word as it came; `null` where it is absent or blank. */
export const vendorWord = z
  .string()
  .nullish()
  .transform((said) => said?.trim() || null);
