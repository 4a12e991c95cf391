/**
 * As much of a browser as signing in takes: cookies, redirects and forms, without scripts. Web APIs only, so that
 * it runs in Node and in workerd alike.
 */

/** How a request is sent: `fetch`, or a stand-in that reaches a Worker without a network. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A page that was reached. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
}

/** A form as it stands on a page. */
export interface Form {
  /** Absolute. */
  readonly action: string;
  /** What it would send as it is: hidden fields, and boxes that are ticked. */
  readonly fields: ReadonlyArray<readonly [name: string, value: string]>;
  /** Every box, ticked or not. */
  readonly boxes: ReadonlyArray<{ readonly name: string; readonly value: string; readonly ticked: boolean }>;
}

const MAX_REDIRECTS = 20;

/** One browser session. */
export class Browser {
  readonly #fetch: Fetch;
  readonly #stops_at: (url: URL) => boolean;
  /** By host name and cookie name: cookies ignore ports. */
  readonly #cookies = new Map<string, Map<string, string>>();

  /** @param stops_at where a redirect is not followed, because nobody is there to answer */
  constructor(fetch: Fetch, stops_at: (url: URL) => boolean) {
    this.#fetch = fetch;
    this.#stops_at = stops_at;
  }

  /** Opens a page and follows where it leads. A page with status 0 is one that it stopped at. */
  async open(url: string, init: RequestInit = {}): Promise<Page> {
    let next = new URL(url);
    let request = init;
    for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
      if (this.#stops_at(next)) return { url: next.href, status: 0, headers: new Headers(), html: "" };
      const { status, headers, html } = await this.#send(next, request);
      const location = headers.get("location");
      if (status < 300 || status > 399 || location === null) return { url: next.href, status, headers, html };
      next = new URL(location, next);
      request = {};
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects from ${url}`);
  }

  /** Sends a form, with `fields` in place of those of the same names. */
  submit(form: Form, fields: Readonly<Record<string, string | readonly string[]>>): Promise<Page> {
    const body = new URLSearchParams();
    for (const [name, value] of form.fields) if (!(name in fields)) body.append(name, value);
    for (const [name, values] of Object.entries(fields)) {
      for (const value of [values].flat()) body.append(name, value);
    }
    return this.open(form.action, { method: "POST", body });
  }

  async #send(url: URL, init: RequestInit): Promise<Omit<Page, "url">> {
    const jar = this.#cookies.get(url.hostname) ?? new Map<string, string>();
    this.#cookies.set(url.hostname, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...(cookie === "" ? {} : { cookie }), ...originOf(url, init) };
    const response = await this.#fetch(url.href, { ...init, headers, redirect: "manual" });
    for (const set of response.headers.getSetCookie()) keep(jar, set);
    return { status: response.status, headers: response.headers, html: await response.text() };
  }
}

/** The only form on the page. @throws Error if there is none */
export function formOn({ url, html, status }: Page): Form {
  const match = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  if (match === null) throw new Error(`no form at ${url} (HTTP ${status}): ${headingOf(html)}`);
  const inputs = [...(match[2] ?? "").matchAll(/<input\b([^>]*)>/gi)].map(([, tag]) => attributes(tag ?? ""));
  const boxes = inputs
    .filter(({ type }) => type === "checkbox")
    .map(({ name = "", value = "on", checked }) => ({ name, value, ticked: checked !== undefined }));
  const hidden = inputs.filter(({ type }) => type === "hidden");
  return {
    action: new URL(attributes(match[1] ?? "").action ?? "", url).href,
    fields: [
      ...hidden.map(({ name = "", value = "" }) => [name, value] as const),
      ...boxes.filter(({ ticked }) => ticked).map(({ name, value }) => [name, value] as const),
    ],
    boxes,
  };
}

/** What a page calls itself. */
export function headingOf(html: string): string {
  const heading = /<h1[^>]*>([\s\S]*?)<\/h1>/i.exec(html)?.[1] ?? "no heading";
  return decode(heading.replace(/<[^>]*>/g, "")).trim();
}

/** Browsers send Origin with a form, and so must whoever wants to be taken for one. */
function originOf(url: URL, { method = "GET" }: RequestInit): Record<string, string> {
  return method === "POST" ? { origin: url.origin } : {};
}

function keep(jar: Map<string, string>, set_cookie: string): void {
  const [pair = "", ...rest] = set_cookie.split(";");
  const at = pair.indexOf("=");
  const name = pair.slice(0, at).trim();
  const expired = rest.some((attribute) => /^\s*(max-age=0|expires=thu, 01 jan 1970)/i.test(attribute));
  if (expired) jar.delete(name);
  else jar.set(name, pair.slice(at + 1).trim());
}

function attributes(tag: string): Record<string, string | undefined> {
  const found = tag.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g);
  return Object.fromEntries(
    [...found].map(([, name = "", a, b, c]) => [name.toLowerCase(), decode(a ?? b ?? c ?? "")]),
  );
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (all, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[name] ?? all;
  });
}
