import { Browser, formOn } from "../../cli/browser.ts";

/** Sends a form of a console page, signed in at the lab. @throws Error if it is refused */
export async function submitAs(
  user: string,
  page: string,
  action: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const browser = new Browser(
    (url, init) => fetch(url, init),
    () => false,
  );
  const first = await browser.open(page);
  const asks = first.html.includes('name="password"');
  const shown = asks ? await browser.submit(formOn(first), { login: user, password: "lab" }) : first;
  const csrf = /name="csrf" value="([^"]+)"/.exec(shown.html)?.[1];
  if (csrf === undefined) throw new Error(`${user} is shown no form at ${shown.url} (HTTP ${shown.status})`);
  const body = new URLSearchParams({ csrf, ...fields });
  const { origin } = new URL(action);
  const done = await browser.open(action, { method: "POST", body, headers: { origin } });
  if (done.status !== 200) throw new Error(`${action} answered ${done.status}`);
}
