/** Lays out the console's pages, and sends the headers that protect them. No page has a script. */
import type { Child, FC, PropsWithChildren } from "hono/jsx";
import { may, type Need } from "./need.ts";
import { ICON_PATH, STYLE_PATH } from "./style.ts";
import type { Visitor } from "./visit.ts";

/**
 * No script at all, nothing from anywhere else, no frame around it. Forms go nowhere but here: unlike the consent
 * page's, none of them ends at another site, sign-in included, which is a link.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What protects every answer of the console, whatever is in it. */
export const PROTECTION = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

const NAVIGATION: readonly { readonly href: string; readonly label: string; readonly need: Need }[] = [
  { href: "/console", label: "Overview", need: "any" },
  { href: "/console/approvals", label: "Approvals", need: "operations:approve" },
  { href: "/console/operations", label: "Operations", need: "any" },
  { href: "/console/audit", label: "Audit", need: "audit:read" },
  { href: "/console/sessions", label: "Sessions", need: "any" },
  { href: "/console/connectors", label: "Connectors", need: "admin" },
];

/** What a page is called and where it stands. */
export interface PageHead {
  readonly title: string;
  /** `href` of the entry in the navigation that it belongs to. */
  readonly section: string;
}

/** A page for somebody who is signed in. Everything in `content` is escaped on the way. */
export function consolePage(
  visitor: Visitor,
  head: PageHead,
  content: Child,
  status = 200,
): Promise<Response> {
  return html(
    status,
    head.title,
    <Frame visitor={visitor} section={head.section}>
      {content}
    </Frame>,
  );
}

/** A page for somebody who isn't: what went wrong, what to do, and a way back in. */
export function consoleProblemPage(
  status: number,
  title: string,
  advice: string,
  headers = new Headers(),
): Promise<Response> {
  const content = (
    <main class="lone">
      <div class="card">
        <h1>{title}</h1>
        <p>{advice}</p>
        <p>
          <a class="button" href="/console">
            Open the console
          </a>
        </p>
      </div>
    </main>
  );
  return html(status, title, content, headers);
}

async function html(status: number, title: string, body: Child, headers = new Headers()): Promise<Response> {
  for (const [name, value] of Object.entries(PROTECTION)) headers.set(name, value);
  headers.set("Content-Type", "text/html; charset=utf-8");
  const document = await (<Document title={title}>{body}</Document>).toString();
  return new Response(`<!doctype html>${document}`, { status, headers });
}

const Document: FC<PropsWithChildren<{ title: string }>> = ({ title, children }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <meta name="color-scheme" content="light dark" />
      <title>{title} · Sallyport</title>
      <link rel="stylesheet" href={STYLE_PATH} />
      <link rel="icon" href={ICON_PATH} type="image/svg+xml" />
    </head>
    <body>{children}</body>
  </html>
);

const Frame: FC<PropsWithChildren<{ visitor: Visitor; section: string }>> = ({
  visitor,
  section,
  children,
}) => (
  <>
    <a class="skip" href="#content">
      Skip to the content
    </a>
    <div class="frame">
      <header class="side">
        <a class="brand" href="/console">
          <Gate />
          <span>
            Sallyport
            <small>{visitor.tenant}</small>
          </span>
        </a>
        <nav aria-label="Console">
          <ul>
            {NAVIGATION.filter(({ need }) => may(visitor.roles, need)).map(({ href, label }) => (
              <li>
                <a href={href} aria-current={href === section ? "page" : undefined}>
                  {label}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="content" tabindex={-1}>
        {children}
      </main>
      <footer class="who">
        <p>
          Signed in as <strong>{visitor.display}</strong>
        </p>
        <p class="dim">{visitor.roles.length === 0 ? "no role" : visitor.roles.join(", ")}</p>
        <form method="post" action="/console/sign-out">
          <input type="hidden" name="csrf" value={visitor.csrf} />
          <button class="link" type="submit">
            Sign out
          </button>
        </form>
      </footer>
    </div>
  </>
);

const Gate: FC = () => (
  <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
    <path d="M4 21V5h3v2h3V5h4v2h3V5h3v16M9 21v-6a3 3 0 0 1 6 0v6" />
  </svg>
);
