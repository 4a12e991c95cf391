/** What a person does on the console's pages in the demo: decides on an approval, allows a connection more. */
import { Browser, formOn, type Page } from "../browser.ts";

/** Opens an approval's page as a person would, signs in at the lab, and decides. @throws Error if that is refused */
export function decideAs(user: string, approval_url: string, decision: "approve" | "deny"): Promise<void> {
  return postAs(user, approval_url, { decision, reason: "Demo: seen the detection" });
}

/** Opens the page of a connection, signs in at the lab, and allows it a scope more. @throws Error if that is refused */
export function allowAs(user: string, grant_url: string, scope: string): Promise<void> {
  return postAs(user, grant_url, { scope });
}

/** Opens the list of connections, and allows the newest a scope more. @throws Error if that is refused */
export async function allowNewestAs(user: string, instance: string, scope: string): Promise<void> {
  const { browser, page } = await signedIn(user, `${instance}/console/sessions`);
  const link = /href="(\/console\/grants\/[^"]+)"/.exec(page.html)?.[1];
  if (link === undefined) throw new Error(`${user} is shown no connection at ${page.url}`);
  await post(browser, await browser.open(`${instance}${link}`), { scope });
}

async function postAs(user: string, url: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const { browser, page } = await signedIn(user, url);
  await post(browser, page, fields);
}

async function signedIn(user: string, url: string): Promise<{ browser: Browser; page: Page }> {
  const browser = new Browser(
    (asked, init) => fetch(asked, init),
    () => false,
  );
  const first = await browser.open(url);
  const asks = first.html.includes('name="password"');
  const page = asks ? await browser.submit(formOn(first), { login: user, password: "lab" }) : first;
  return { browser, page };
}

/** Posts fields from a page to its own address. */
async function post(browser: Browser, page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1];
  if (csrf === undefined) throw new Error(`there is no form at ${page.url} (HTTP ${page.status})`);
  const { origin, pathname } = new URL(page.url);
  const body = new URLSearchParams({ csrf, ...fields });
  const answer = await browser.open(`${origin}${pathname}`, { method: "POST", body, headers: { origin } });
  if (answer.status !== 200)
    throw new Error(`what was posted to ${pathname} was refused (HTTP ${answer.status})`);
}
