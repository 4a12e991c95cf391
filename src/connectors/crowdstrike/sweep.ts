/** Everything that a filter holds for, read for a control: in pieces, each thing once, with what is missing. */
import { Failure } from "../../toolkit/failure.ts";
import { inSmallerPages, pagesOf } from "../../toolkit/lists/pages.ts";
import type { Records } from "../../toolkit/lists/records.ts";
import { incomplete } from "../../toolkit/upstream/failures.ts";
import { type IdPage, unansweredIds } from "./devices/devices.ts";
import { crowdstrike } from "./errors.ts";

/** As many records as are described at once. Where the answer is too long, fewer are. */
const AT_ONCE = 500;

/** What was read, as far as it got. */
export interface Swept<Item> {
  readonly items: readonly Item[];
  /** Why some are missing, or `null`. */
  readonly error: Failure | null;
  /** There are more than were read. */
  readonly more: boolean;
}

interface Steps<Item> {
  /** The listing's operation. */
  readonly operation: string;
  /** How many ids are listed at once. */
  readonly ids_at_once: number;
  readonly most: number;
  readonly list: (offset: number, limit: number) => Promise<IdPage>;
  readonly describe: (ids: readonly string[]) => Promise<Records<Item>>;
}

/** Lists ids, and describes them. What moved between two pages is listed on both, and counts once. */
export async function sweep<Item>({
  operation,
  ids_at_once,
  most,
  list,
  describe,
}: Steps<Item>): Promise<Swept<Item>> {
  const ids = new Set<string>();
  let unreadable = 0;
  let more = false;
  let total = 0;
  const pages = pagesOf<number, IdPage>(
    crowdstrike,
    operation,
    0,
    Math.ceil(most / ids_at_once),
    async (offset) => {
      const page = await list(offset, Math.min(ids_at_once, most - offset));
      return { content: page, next: page.next_offset };
    },
  );
  for await (const { content, next } of pages) {
    for (const id of content.records) ids.add(id);
    unreadable += content.unreadable;
    more = next !== null;
    total = Math.max(total, content.total);
  }
  const items: Item[] = [];
  const wanted = [...ids];
  let at_once = AT_ONCE;
  while (wanted.length > 0) {
    const described = await inSmallerPages(Math.min(at_once, wanted.length), async (size) => {
      at_once = size;
      const piece = wanted.slice(0, size);
      return { piece, read: await describe(piece) };
    });
    wanted.splice(0, described.piece.length);
    items.push(...described.read.records);
    unreadable += described.read.unreadable;
  }
  const error =
    (unreadable > 0 ? notTold(unreadable, "anything that can be read") : null) ??
    unansweredIds([...ids], { records: items, unreadable }) ??
    // A page that was lost, or that was another one again, leaves fewer than there are said to be.
    (!more && ids.size < total ? incomplete(crowdstrike, total, ids.size) : null);
  return { items, error, more };
}

/** Some records lack what the control rests on: they may be what it looks for, so it can't be answered. */
export function notTold(count: number, what: string): Failure {
  return new Failure("upstream_contract_changed", `CrowdStrike doesn't tell ${what} of ${count} of them.`, {
    next_step: "Look at them in CrowdStrike's console: this control can't judge them.",
  });
}
