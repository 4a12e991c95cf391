/**
 * Guards the fetches of client metadata: no redirect is followed, and only names of the public DNS are
 * asked.
 */
import { currentClientDocument } from "./client-document.ts";
import { isPublicHost } from "./public-host.ts";

/** How the OAuth provider names itself where it fetches what a client publishes. */
const PROVIDER = "workers-oauth-provider/";

/**
 * Guards the fetches by which the OAuth provider reads what a client publishes: its metadata document and its keys.
 * Their addresses come from whoever asks, signed in or not, and the provider leaves no say in how it fetches; so
 * this stands before the global `fetch`, and lets everybody else's through as they are.
 *
 * - No redirect is followed (draft-ietf-oauth-client-id-metadata-document, section 5). What an address redirects to
 *   isn't its word: an open redirect on a well-known domain would let anybody appear under that domain's name.
 * - Only names of the public DNS are asked. Cloudflare lets a Worker reach no private network; a laptop does. What a
 *   public name resolves to can't be seen from here.
 * - Where a request has a `ClientDocument`, that sees what comes, and what doesn't.
 */
export function guardClientFetches(): void {
  const network = globalThis.fetch;
  globalThis.fetch = ((input: RequestInfo | URL, init?: RequestInit) => {
    if (!isOfProvider(init)) return network(input, init);
    const { hostname, href } = new URL(input instanceof Request ? input.url : String(input));
    const document = currentClientDocument();
    if (!isPublicHost(hostname)) {
      document?.refusePrivate();
      return Promise.reject(new TypeError("the address is not on the public network"));
    }
    const unfollowed: RequestInit = { ...init, redirect: "manual" };
    if (document === undefined) return network(input, unfollowed);
    return document.fetch(href, (patience) => {
      const signals = [patience, ...(init?.signal ? [init.signal] : [])];
      return network(input, { ...unfollowed, signal: AbortSignal.any(signals) });
    });
  }) as typeof fetch;
}

function isOfProvider(init: RequestInit | undefined): boolean {
  return new Headers(init?.headers).get("user-agent")?.startsWith(PROVIDER) ?? false;
}
