/** Draws the page for people who open the instance's address in a browser. */
import { authPage } from "./auth/page.tsx";
import { resourceOf } from "./auth/public-url.ts";
import type { Env } from "./bindings.ts";

/** `GET /`: for whoever opens in a browser what was meant for a client. Says nothing that the metadata doesn't. */
export function frontPage(env: Pick<Env, "PUBLIC_URL">): Promise<Response> {
  const content = (
    <>
      <h1>Sallyport</h1>
      <p>This is the way from an agent to your organisation's security tools.</p>
      <h2>Connect an agent</h2>
      <p>
        Add this address to it as a remote MCP server. It will bring you here to sign in, and ask what you
        want to allow.
      </p>
      <p>
        <code>{resourceOf(env)}</code>
      </p>
      <h2>Approve, look back, disconnect</h2>
      <p class="actions">
        <a class="button" href="/console">
          Open the console
        </a>
      </p>
    </>
  );
  return authPage(200, "Connect an agent", content);
}
