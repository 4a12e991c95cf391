/** Walks over the pages of a listing, for what has to be read whole. */

import { asFailure } from "../failure.ts";
import { contractChanged, pageLost } from "../upstream/failures.ts";
import type { Vendor } from "../upstream/vendor.ts";
import type { Records } from "./records.ts";

/** One page, and where the next one begins; `null` where there is none. */
export interface VendorPage<Position, Content> {
  readonly content: Content;
  readonly next: Position | null;
}

/**
 * The pages of a listing, one after another.
 * @param read reads the page at a position
 * @param most how many pages are read at most; the listing may have more
 * @throws Failure `upstream_contract_changed` for a position that was seen before: the listing would never end
 */
export async function* pagesOf<Position extends string | number, Content>(
  vendor: Vendor,
  operation: string,
  first: Position,
  most: number,
  read: (position: Position) => Promise<VendorPage<Position, Content>>,
): AsyncGenerator<VendorPage<Position, Content>> {
  const seen = new Set<Position>();
  let position: Position | null = first;
  for (let count = 0; position !== null && count < most; count += 1) {
    seen.add(position);
    const page: VendorPage<Position, Content> = await read(position);
    position = onward(vendor, operation, page.next, seen);
    yield page;
  }
}

/**
 * The position of the next page, once it is known to lead somewhere new.
 * @param seen the positions that were read already: of a single page, its own
 * @throws Failure `upstream_contract_changed` for one of those
 */
export function onward<Position extends string | number>(
  vendor: Vendor,
  operation: string,
  next: Position | null,
  seen: ReadonlySet<Position>,
): Position | null {
  if (next !== null && seen.has(next)) throw contractChanged(vendor, operation, "the next page's position");
  return next;
}

/**
 * The records of a page that the one before led to: it must hold some, or more must follow.
 * @param from where the page begins, or `null` for the first one, which nobody promised
 * @throws Failure `upstream_unavailable` for one that is empty: nothing must not look like the end
 */
export function requirePromised(
  vendor: Vendor,
  { records, unreadable }: Records<unknown>,
  from: string | null,
  next: string | null,
): void {
  if (from !== null && next === null && records.length + unreadable === 0) throw pageLost(vendor);
}

/** How much smaller each page is than the one that was too large, and how often that is tried. */
const SMALLER = 4;
const SMALLER_PAGES = 2;

/**
 * Reads with fewer records at once, until the answer is short enough to be read. An answer that stays too large isn't
 * large for its records, so the vendor isn't asked without end.
 * @param size how many to ask for first
 * @throws Failure the last one, where a sixteenth is still too much
 */
export async function inSmallerPages<Content>(
  size: number,
  read: (size: number) => Promise<Content>,
): Promise<Content> {
  for (let at_once = size, tried = 0; ; at_once = Math.ceil(at_once / SMALLER), tried += 1) {
    try {
      return await read(at_once);
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code !== "too_large" || at_once <= 1 || tried === SMALLER_PAGES) throw failure;
    }
  }
}
