/** Lays out the pages of sign-in and consent, and sends the headers that protect them. */
import { createHash } from "node:crypto";
import { raw } from "hono/html";
import type { Child, FC, PropsWithChildren } from "hono/jsx";

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d3dae2, #3a444f); --dim: light-dark(#56626f, #a4b0bc);
  --accent: light-dark(#0a58a6, #7ab8f5); --on-accent: light-dark(#ffffff, #0b1b2b); --warn: light-dark(#fff4d6, #3d3314); }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; padding: 1.5rem 1rem; background: light-dark(#f4f6f8, #14191f);
  color: light-dark(#17202a, #e6ebf0); }
main { max-width: 32rem; margin: 0 auto; padding: 1.5rem; border: 1px solid var(--line); border-radius: 12px;
  background: light-dark(#ffffff, #1b222a); overflow-wrap: anywhere; }
h1 { font-size: 1.375rem; line-height: 1.25; margin: 0 0 .75rem; text-wrap: balance; }
h2 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .5rem 0; }
.dim { color: var(--dim); font-size: .875rem; }
.warn { background: var(--warn); border-radius: 8px; padding: .75rem 1rem; }
fieldset { border: 0; padding: 0; margin: 1.25rem 0 0; min-width: 0; }
legend { font-weight: 600; padding: 0; }
label { display: flex; gap: .75rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
input { width: 1.125rem; height: 1.125rem; margin: .25rem 0 0; flex: none; accent-color: var(--accent); }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button, .button { font: inherit; font-weight: 600; padding: .625rem 1.25rem; min-height: 2.75rem; border-radius: 8px;
  border: 1px solid var(--line); background: transparent; color: inherit; cursor: pointer; text-decoration: none; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/**
 * No script, no frame around it, nothing loaded from anywhere. There is no form-action: browsers hold it against
 * the redirects that follow a form as well, and the consent form ends at the client, wherever that goes on to.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE_HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  // The address of a page here has a code in it. `no-referrer` would also blank the Origin of our own form.
  "Referrer-Policy": "same-origin",
} as const;

const Layout: FC<PropsWithChildren<{ title: string }>> = ({ title, children }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>{title} · Sallyport</title>
      <style>{raw(STYLE)}</style>
    </head>
    <body>
      <main>{children}</main>
    </body>
  </html>
);

/**
 * A complete page. Everything in `content` is escaped on the way.
 * @param headers cookies and the like; what protects the page takes precedence
 */
export async function authPage(
  status: number,
  title: string,
  content: Child,
  headers = new Headers(),
): Promise<Response> {
  for (const [name, value] of Object.entries(PAGE_HEADERS)) headers.set(name, value);
  const html = await (<Layout title={title}>{content}</Layout>).toString();
  return new Response(`<!doctype html>${html}`, { status, headers });
}

/** A page that says what went wrong and what to do, and nothing of why. `back` is where the client waits. */
export function authProblemPage(
  status: number,
  title: string,
  advice: string,
  { headers, back }: { readonly headers?: Headers; readonly back?: string } = {},
): Promise<Response> {
  const content = (
    <>
      <h1>{title}</h1>
      <p>{advice}</p>
      {back !== undefined && (
        <p class="actions">
          <a class="button" href={back}>
            Back to the app
          </a>
        </p>
      )}
    </>
  );
  return authPage(status, title, content, headers);
}
