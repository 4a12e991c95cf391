import { Browser, formOn } from "../browser.ts";

/** Opens an approval's page as a person would, signs in at the lab, and decides. @throws Error if that is refused */
export async function decideAs(
  user: string,
  approval_url: string,
  decision: "approve" | "deny",
): Promise<void> {
  const browser = new Browser(
    (url, init) => fetch(url, init),
    () => false,
  );
  const first = await browser.open(approval_url);
  const asks = first.html.includes('name="password"');
  const page = asks ? await browser.submit(formOn(first), { login: user, password: "lab" }) : first;
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1];
  if (csrf === undefined) throw new Error(`${user} is shown no form at ${page.url} (HTTP ${page.status})`);
  const body = new URLSearchParams({ csrf, decision, reason: "Demo: seen the detection" });
  const origin = new URL(approval_url).origin;
  const decided = await browser.open(approval_url, { method: "POST", body, headers: { origin } });
  if (decided.status !== 200) throw new Error(`the decision of ${user} was refused (HTTP ${decided.status})`);
}
