import { env } from "cloudflare:workers";
import { Browser, formOn, type Page } from "../../../cli/browser.ts";
import { reach } from "./oauth.ts";

/** A browser at the console, without scripts, as somebody or nobody. */
export class ConsoleBrowser {
  readonly browser: Browser;
  /** Every request that was sent, and the status of its answer. */
  readonly trace: { readonly method: string; readonly url: string; readonly status: number }[] = [];
  /** What goes with every request besides a browser's own headers, or in place of them. */
  headers: Readonly<Record<string, string>> = {};

  constructor(fetch = reach) {
    this.browser = new Browser(
      async (url, init) => {
        const response = await fetch(url, { ...init, headers: { ...init.headers, ...this.headers } });
        this.trace.push({ method: init.method ?? "GET", url, status: response.status });
        return response;
      },
      () => false,
    );
  }

  /** Opens a page of the console, or follows a link to it. */
  open(path: string, init?: RequestInit): Promise<Page> {
    return this.browser.open(path.startsWith("http") ? path : `${env.PUBLIC_URL}${path}`, init);
  }

  /** Opens a page, signs in at the lab where that is asked for, and returns the page it leads to. */
  async signIn(user: string, path = "/console"): Promise<Page> {
    const page = await this.open(path);
    if (!page.html.includes('name="password"')) return page;
    return this.browser.submit(formOn(page), { login: user, password: "lab" });
  }

  /** Posts fields as a form of ours would, with the token from the page that was opened last for it. */
  async post(path: string, fields: Readonly<Record<string, string>>, from = "/console"): Promise<Page> {
    const csrf = csrfOn(await this.open(from));
    return this.send(path, { csrf, ...fields });
  }

  /** Posts exactly these fields. */
  send(path: string, fields: Readonly<Record<string, string>>): Promise<Page> {
    return this.open(path, { method: "POST", body: new URLSearchParams(fields) });
  }
}

/** The token that the page's forms carry. @throws Error if there is none */
export function csrfOn({ html, url, status }: Page): string {
  const token = /name="csrf" value="([^"]+)"/.exec(html)?.[1];
  if (token === undefined) throw new Error(`no form of ours at ${url} (HTTP ${status})`);
  return token;
}

/** Somebody who has signed in to the console. */
export async function consoleOf(user: string, path?: string): Promise<ConsoleBrowser> {
  const browser = new ConsoleBrowser();
  await browser.signIn(user, path);
  return browser;
}
