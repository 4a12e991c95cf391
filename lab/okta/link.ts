/** Pages with Okta's link header. */
import type { Paging } from "../paging.ts";
import type { VendorReply, VendorRequest } from "../simulator.ts";

/** Names the vendor everywhere, its path included. */
export const vendor = "okta";

/** Where the caller reached this vendor, without a slash at its end. */
export function baseOf({ headers }: VendorRequest): string {
  return `http://${headers.get("host") ?? "localhost"}/${vendor}`;
}

/** The opaque place behind the item at an index. */
const cursorAt = (index: number) => Buffer.from(`after/${index}`).toString("base64url");

/** The index at which a page begins, or nothing if the cursor isn't one of ours. */
function beginning({ query }: VendorRequest): number | undefined {
  const after = query.get("after");
  if (after === null) return 0;
  const index = /^after\/(\d+)$/.exec(Buffer.from(after, "base64url").toString())?.[1];
  return index === undefined ? undefined : Number(index);
}

/**
 * One page of a list, with Okta's `Link` header: the page itself, and the next one if there is one. Both are
 * complete URLs of this host. Nothing if the cursor isn't one of ours.
 */
export function page<Item>(
  request: VendorRequest,
  path: string,
  items: readonly Item[],
  limit: number,
): { items: Item[]; headers: NonNullable<VendorReply["headers"]> } | undefined {
  const from = beginning(request);
  if (from === undefined) return undefined;
  const at = (after: string | null) => {
    const query = new URLSearchParams(request.query);
    if (after !== null) query.set("after", after);
    return `${baseOf(request)}${path}?${query}`;
  };
  const links = [`<${at(null)}>; rel="self"`];
  if (from + limit < items.length) links.push(`<${at(cursorAt(from + limit))}>; rel="next"`);
  return { items: items.slice(from, from + limit), headers: { link: links.join(", ") } };
}

/** What can go wrong with the pages of the list at a path: with what follows them, and with their records. */
export function linkedPages(path: string): Paging {
  return {
    leadOn(request, reply) {
      const query = new URLSearchParams(request.query);
      query.set("after", query.get("after") ?? cursorAt(0));
      return {
        ...reply,
        headers: { ...reply.headers, link: `<${baseOf(request)}${path}?${query}>; rel="next"` },
      };
    },
    lose: ({ headers = {}, ...reply }) => {
      const { link: _onward, ...others } = headers;
      return { ...reply, headers: others, body: [] };
    },
  };
}

/** A page's size: as asked for, `absent` if nothing was, never more than `most`; nothing if it is no whole number. */
export function limitOf({ query }: VendorRequest, absent: number, most: number): number | undefined {
  const text = query.get("limit");
  if (text === null) return absent;
  return /^\d+$/.test(text) && Number(text) >= 1 ? Math.min(Number(text), most) : undefined;
}
