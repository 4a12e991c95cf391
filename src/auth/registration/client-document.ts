/**
 * Fetches the metadata document that a client publishes, and falls back on the last valid one while its
 * publisher is down.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import type { Env } from "../../bindings.ts";
import { log, reasonOf } from "../../observe/log.ts";

/** Where the OAuth provider keeps documents for as long as their publishers say. */
const PROVIDERS_CACHE = "workers-oauth-provider:cimd:v1";
/** As much of a document as the provider reads, in bytes. */
const MAX_BYTES = 5 * 1024;
/** Less than the provider's own patience: there must be time left for the document that was validated last. */
const PATIENCE_MS = 5_000;

/** Why a client's document doesn't serve: a word to count by. */
export type DocumentTrouble =
  | "timed_out"
  | "no_connection"
  | `status_${number}`
  | "redirect"
  | "too_long"
  | "not_json"
  | "private_address"
  | "invalid";

/** The trouble in words, as the end of a sentence about the document. */
export function troubleInWords(trouble: DocumentTrouble): string {
  switch (trouble) {
    case "timed_out":
      return `didn't come within ${PATIENCE_MS / 1_000} seconds`;
    case "no_connection":
      return "can't be reached from here. This instance may have no way out to the internet";
    case "redirect":
      return "is elsewhere: a redirect isn't followed";
    case "too_long":
      return `isn't there as a document of at most ${MAX_BYTES / 1024} KB`;
    case "not_json":
      return "isn't JSON";
    case "private_address":
      return "isn't on the public network";
    case "invalid":
      return "doesn't hold: it isn't what the app asks with";
    default:
      return `is answered with HTTP ${trouble.slice("status_".length)}`;
  }
}

/** What the publisher or the address says of the client itself. Everything else may be otherwise in a minute. */
const ITS_OWN: ReadonlySet<DocumentTrouble> = new Set(["redirect", "too_long", "private_address", "invalid"]);

/** A publisher that is down has said nothing about its client; one that took the document away has. */
function isPassing(trouble: DocumentTrouble): boolean {
  if (trouble === "timed_out" || trouble === "no_connection" || trouble === "not_json") return true;
  const status = Number(trouble.slice("status_".length));
  return status === 408 || status === 429 || status >= 500;
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === "TimeoutError" || thrown.name === "AbortError");
}

/**
 * The metadata document of the client that one request is about. A publisher that can't be reached is a passing
 * failure, and no reason to call a client unknown: it would throw its tokens away.
 */
export class ClientDocument {
  readonly #store: KVNamespace;
  /** Whether the document that was validated last serves: only where a grant exists. */
  readonly #recall: boolean;
  #fetched: { readonly url: string; readonly text: string } | null = null;
  #trouble: DocumentTrouble | null = null;

  constructor(env: Pick<Env, "OAUTH_KV">, recall: boolean) {
    this.#store = env.OAUTH_KV;
    this.#recall = recall;
  }

  /** True if what the client publishes could not be had, and nothing served in its place. */
  get unreachable(): boolean {
    return this.#trouble !== null && !ITS_OWN.has(this.#trouble);
  }

  /** What is wrong with what the client publishes. `invalid` where it came, and the provider refuses it. */
  get trouble(): DocumentTrouble {
    return this.#trouble ?? "invalid";
  }

  /** The address isn't one that is asked. */
  refusePrivate(): void {
    this.#trouble = "private_address";
  }

  /** What stands at `url`, or stood there when it was validated last. */
  async fetch(url: string, network: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
    try {
      const response = await network(AbortSignal.timeout(PATIENCE_MS));
      // A redirect isn't followed, and so isn't for us to try again.
      if (response.status >= 300 && response.status < 400) {
        this.#trouble = "redirect";
        return response;
      }
      if (response.status < 400) {
        const text = response.status === 200 ? await shortText(response.clone()) : null;
        if (text === null) {
          this.#trouble = "too_long";
          return response;
        }
        const published = objectIn(text);
        if (published?.client_id === url) this.#fetched = { url, text };
        if (published !== null) return response;
        return (await this.#recalled(url, "not_json")) ?? response;
      }
      return (await this.#recalled(url, `status_${response.status}`)) ?? response;
    } catch (thrown) {
      const recalled = await this.#recalled(url, isTimeout(thrown) ? "timed_out" : "no_connection");
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
  async #recalled(url: string, trouble: DocumentTrouble): Promise<Response | null> {
    const text = this.#recall && isPassing(trouble) ? await this.#store.get(keyOf(url)) : null;
    this.#trouble = text === null ? trouble : null;
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
