/**
 * Stands between the instance and its vendors, and listens to what the instance writes to its log: marks what
 * vendors say and nobody is to be told, and remembers every credential that goes out.
 */
import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** In no answer of any vendor, until it is planted there. */
const MARK = "canary-5f1c9b";

/** Fields in which vendors put words about a failure. */
const WORDS = new Set([
  "message",
  "messages",
  "error",
  "errors",
  "errorMessages",
  "errorSummary",
  "errorCauses",
  "error_description",
  "reason",
  "detail",
  "details",
  "description",
  "title",
]);

const SECRET_NAME = /(SECRET|KEY|TOKEN|PASSWORD)$/;
const LONG_ENOUGH = 12;
/** No answer without a fault is as long, in characters. */
const LONG_ANSWER = 8 * 1024 * 1024;
/** What `Error.stack` looks like, in a text or in JSON. */
const STACK_TRACE = /(\n|\\n)\s+at \S+/;

export class VendorTraffic {
  /** What must not turn up anywhere, with what it is. */
  readonly #forbidden = new Map<string, string>([[MARK, "a vendor's own words"]]);
  readonly #logged: string[] = [];

  private constructor() {
    for (const [name, value] of Object.entries(env as unknown as Record<string, unknown>)) {
      if (typeof value === "string" && SECRET_NAME.test(name)) this.#forbid(value, name);
    }
  }

  /** Begins to listen. Undone by `vi.restoreAllMocks()`. */
  static overhear(): VendorTraffic {
    const traffic = new VendorTraffic();
    const network = globalThis.fetch;
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const headers = new Headers(input instanceof Request ? input.headers : init?.headers);
      traffic.#remember(headers);
      const response = await network(input, init);
      // Every request to a vendor has one; the tests' own to the lab don't.
      return headers.has("x-request-id") ? marked(response) : response;
    });
    for (const level of ["debug", "info", "log", "warn", "error"] as const) {
      vi.spyOn(console, level).mockImplementation((...words: unknown[]) => {
        traffic.#logged.push(words.map(textOf).join(" "));
      });
    }
    return traffic;
  }

  /** What the instance has written to its log since {@link overhear}. */
  get logged(): readonly string[] {
    return this.#logged;
  }

  /** What of all that is forbidden turns up in a text: names, never the things themselves. */
  foundIn(text: string): string[] {
    const found = [...this.#forbidden].filter(([value]) => text.includes(value)).map(([, what]) => what);
    return STACK_TRACE.test(text) ? [...found, "a stack trace"] : found;
  }

  #remember(headers: Headers): void {
    const credential = headers.get("authorization") ?? headers.get("x-apikeys");
    for (const word of credential?.split(/[\s;=]/) ?? []) this.#forbid(word, "a credential that went out");
  }

  /** Whole, and each of its longer parts: half a private key is one, too. */
  #forbid(value: string, what: string): void {
    for (const piece of [value, ...value.split(/[^\w/+-]+/)]) {
      if (piece.length >= LONG_ENOUGH && /[\d-]/.test(piece)) this.#forbidden.set(piece, what);
    }
  }
}

function textOf(word: unknown): string {
  return word instanceof Error ? `${word.stack}` : typeof word === "string" ? word : JSON.stringify(word);
}

/** The answer, with the mark in a header, in a field that nobody knows, and in every word about a failure. */
async function marked(response: Response): Promise<Response> {
  const headers = new Headers(response.headers);
  headers.set("x-canary", MARK);
  const { status } = response;
  const text = await response.text();
  if (text === "") return new Response(null, { status, headers });
  // Parsed and written anew, it would be short again.
  if (text.length > LONG_ANSWER) return new Response(text, { status, headers });
  return new Response(markedText(text, status), { status, headers });
}

function markedText(text: string, status: number): string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return `${text}${MARK}`;
  }
  const failed = status >= 400 || /"(errors|errorCode|errorMessages|error)":(?!\[\])/.test(text);
  const list = Array.isArray(body) ? body : [body];
  const known = list.map((item) => (isFilled(item) ? { ...item, x_canary: MARK } : item));
  const all = failed ? known.map((item) => markedWords(item)) : known;
  return JSON.stringify(Array.isArray(body) ? all : all[0]);
}

function isFilled(item: unknown): item is Record<string, unknown> {
  return typeof item === "object" && item !== null && Object.keys(item).length > 0;
}

function markedWords(node: unknown, name = ""): unknown {
  if (typeof node === "string") return WORDS.has(name) ? `${node} ${MARK}` : node;
  if (Array.isArray(node)) return node.map((item) => markedWords(item, name));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, markedWords(value, key)]));
}
