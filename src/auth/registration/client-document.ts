import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { log, reasonOf } from "../../observe/log.ts";

/** Where the OAuth provider keeps documents for as long as their publishers say. */
const PROVIDERS_CACHE = "workers-oauth-provider:cimd:v1";
/** As much of a document as the provider reads, in bytes. */
const MAX_BYTES = 5 * 1024;
/** Less than the provider's own patience: there must be time left for the document that was validated last. */
const PATIENCE_MS = 5_000;

/**
 * The metadata document of the client that one request is about. A publisher that can't be reached is a passing
 * failure, and no reason to call a client unknown: it would throw its tokens away.
 */
export class ClientDocument {
  readonly #store: KVNamespace;
  /** Whether the document that was validated last serves: only where a grant exists. */
  readonly #recall: boolean;
  #fetched: { readonly url: string; readonly text: string } | null = null;
  #unreachable = false;

  constructor(env: Pick<Env, "OAUTH_KV">, recall: boolean) {
    this.#store = env.OAUTH_KV;
    this.#recall = recall;
  }

  /** True if what the client publishes could not be had, and nothing served in its place. */
  get unreachable(): boolean {
    return this.#unreachable;
  }

  /** What stands at `url`, or stood there when it was validated last. */
  async fetch(url: string, network: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
    try {
      const response = await network(AbortSignal.timeout(PATIENCE_MS));
      // A redirect isn't followed, and so isn't for us to try again.
      if (response.status < 400) {
        const text = response.status === 200 ? await shortText(response.clone()) : null;
        if (text === null) return response;
        const published = objectIn(text);
        if (published?.client_id === url) this.#fetched = { url, text };
        if (published !== null) return response;
      }
      return (await this.#recalled(url, response.status)) ?? response;
    } catch (thrown) {
      const recalled = await this.#recalled(url, 503);
      if (recalled !== null) return recalled;
      throw thrown;
    }
  }

  /** The provider has validated the client's document and gave it tokens: keeps it. */
  async keep(client_id: string): Promise<void> {
    if (!client_id.startsWith("https://")) return;
    try {
      const text = this.#fetched?.url === client_id ? this.#fetched.text : await cached(client_id);
      const key = keyOf(client_id);
      // Written seldom: one client may be everybody's.
      if (text !== null && (await this.#store.get(key)) !== text) await this.#store.put(key, text);
    } catch (thrown) {
      log("warn", "client_document_not_kept", { reason: reasonOf(thrown) });
    }
  }

  /** A publisher that took its document away has said something; one that is down hasn't. */
  async #recalled(url: string, status: number): Promise<Response | null> {
    const down = status < 400 || status === 408 || status === 429 || status >= 500;
    const text = this.#recall && down ? await this.#store.get(keyOf(url)) : null;
    this.#unreachable = text === null;
    return text === null ? null : new Response(text, { headers: { "content-type": "application/json" } });
  }
}

const documents = new AsyncLocalStorage<ClientDocument>();

/** Answers a request, during which what its client publishes is fetched through `document`. */
export function withClientDocument<Answer>(document: ClientDocument, answer: () => Answer): Answer {
  return documents.run(document, answer);
}

/** The document of the client that the request under way is about, if it is about one. */
export function currentClientDocument(): ClientDocument | undefined {
  return documents.getStore();
}

function keyOf(url: string): string {
  return `client-document:${createHash("sha256").update(url).digest("base64url")}`;
}

/** What the provider still holds of a document that it didn't have to fetch. */
async function cached(client_id: string): Promise<string | null> {
  const cache = await caches.open(PROVIDERS_CACHE);
  const response = await cache.match(client_id);
  return response === undefined ? null : shortText(response);
}

/** The body, or `null` if it is longer than any document may be. */
async function shortText(response: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of response.body ?? []) {
    total += chunk.byteLength;
    if (total > MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** The object that a text is as JSON. A page that says "be right back" is none. */
function objectIn(text: string): { readonly client_id?: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
