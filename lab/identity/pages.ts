/** The pages of the identity provider. */
import { html, raw } from "hono/html";

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 12vh auto; padding: 0 1rem; color: #1c2530; }
  label { display: block; margin-top: 1rem; font-weight: 600; }
  input { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; margin-top: .25rem; }
  button { font: inherit; font-weight: 600; margin-top: 1.5rem; padding: .5rem 1.25rem; }
  .error { color: #a3121f; }
  .hint { color: #596673; font-size: .875rem; margin-top: 2rem; }
`;

/** A page of the identity provider; works without scripts. `body` is markup. */
export function page(title: string, body: unknown): string {
  return String(html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Acme identity (lab)</title>
<style>${raw(style)}</style>
</head>
<body>
${typeof body === "string" ? raw(body) : body}
</body>
</html>
`);
}

/** The sign-in form. It names its own address as `action`, which spares a script to know what an empty one means. */
export function signInPage(action: string, login: string, error?: string): string {
  return page(
    "Sign in",
    html`<h1>Sign in to Acme</h1>
${error ? html`<p class="error" role="alert">${error}</p>` : ""}
<form method="post" action="${action}">
<label for="login">User name or e-mail</label>
<input id="login" name="login" value="${login}" autocomplete="username" autocapitalize="none" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button>
</form>
<p class="hint">A simulated identity provider: every password is <code>lab</code>.</p>`,
  );
}

/** Says what went wrong, in lines. */
export function errorPage(lines: string[]): string {
  return page(
    "Error",
    html`<h1>That did not work</h1>${lines.map((line) => html`<p class="error">${line}</p>`)}`,
  );
}
