/**
 * Finds where a list of Okta's goes on. It never follows the link that Okta sends, so no token leaves the
 * configured host.
 */
import * as z from "zod";
import { onward } from "../../toolkit/lists/pages.ts";
import { contractChanged } from "../../toolkit/upstream/failures.ts";
import { okta } from "./errors.ts";

/** A place in a list of Okta's, opaque to us. */
export const After = z.string().min(1).max(1024);

/**
 * Where a list goes on: the `after` of the `Link` header's `rel="next"`, or `null` at its end. The link itself
 * is never followed: whatever stands there, our token goes to the configured host only.
 *
 * @param base the org's URL. Okta may know itself under a domain of its own: then `rel="self"` has it, too
 * @param after where this page began
 * @param full whether this page holds as many as were asked for
 * @throws Failure `upstream_contract_changed` if there is a next page that can't be asked for, or if it is this page
 *   again, or lies on another host: the list would look whole, or never end. So would a full page without any links:
 *   Okta links each page to itself at least, and something in between has taken its links away
 */
export function nextAfter(
  headers: Headers,
  operation: string,
  base: string,
  after: string | null,
  full: boolean,
): string | null {
  const links = linksIn(headers.get("link") ?? "");
  if (full && links.size === 0) throw contractChanged(okta, operation, "link");
  const next = links.get("next");
  if (next === undefined) return null;
  const url = URL.parse(next);
  const hosts = [base, links.get("self") ?? ""].map((link) => URL.parse(link)?.host);
  const place = After.safeParse(url?.searchParams.get("after"));
  if (url === null || !hosts.includes(url.host) || !place.success) {
    throw contractChanged(okta, operation, "link");
  }
  return onward(okta, operation, place.data, new Set(after === null ? [] : [after]));
}

/** The targets of a `Link` header (RFC 8288), by their relation. */
function linksIn(header: string): Map<string, string> {
  // Taken apart by hand: a header has no length, and an expression for it would take too long on some.
  const links = header.split("<").slice(1);
  return new Map(
    links.flatMap((link) => {
      const [target = "", parameters = ""] = link.split(">");
      const relation = parameters.split(";").find((parameter) => parameter.trim().startsWith("rel="));
      return relation === undefined
        ? []
        : [[relation.replace(/[",]/g, "").trim().slice("rel=".length), target]];
    }),
  );
}
