import { env } from "cloudflare:workers";
import { type OAuthHelpers, OAuthProvider } from "@cloudflare/workers-oauth-provider";
import type { TemplateEnv } from "./template-tools.ts";

interface ProviderEnv extends TemplateEnv {
  readonly OAUTH_PROVIDER: OAuthHelpers;
}

/** Consents at once: who signs in, and how, is not what is measured. */
const AuthHandler = {
  async fetch(request: Request, { OAUTH_PROVIDER }: ProviderEnv): Promise<Response> {
    const asked = await OAUTH_PROVIDER.parseAuthRequest(request);
    const { redirectTo } = await OAUTH_PROVIDER.completeAuthorization({
      request: asked,
      userId: asked.clientId,
      metadata: {},
      scope: asked.scope,
      props: { userId: asked.clientId },
    });
    return new Response(null, { status: 302, headers: { location: redirectTo } });
  },
};

/** The provider as the documentation of both templates sets it up, around an MCP endpoint. */
export function templateProvider(apiHandler: {
  fetch(request: Request, env: TemplateEnv, ctx: ExecutionContext): Response | Promise<Response>;
}): OAuthProvider {
  return new OAuthProvider({
    authorizeEndpoint: "/authorize",
    tokenEndpoint: "/oauth/token",
    clientRegistrationEndpoint: "/oauth/register",
    apiRoute: "/mcp",
    apiHandler: apiHandler as unknown as ExportedHandler & Pick<Required<ExportedHandler>, "fetch">,
    defaultHandler: AuthHandler as unknown as ExportedHandler & Pick<Required<ExportedHandler>, "fetch">,
    resourceMetadata: { resource: (env as unknown as TemplateEnv).MCP_RESOURCE },
  });
}
