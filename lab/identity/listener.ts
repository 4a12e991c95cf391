/** Mounts the OpenID provider under its path. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Provider } from "oidc-provider";
import { oidcPath } from "./provider.ts";

type Listener = (request: IncomingMessage & { originalUrl?: string }, response: ServerResponse) => void;

/** Whether a request is for the protocol endpoints (the sign-in pages beneath them are the lab's own). */
export function isProtocolRequest(path: string): boolean {
  return path.startsWith(`${oidcPath}/`) && !path.startsWith(`${oidcPath}/interaction/`);
}

/** Mounts the provider under its path, the way it expects of a host application. */
export function protocolListener(provider: Provider): Listener {
  const handle = provider.callback();
  return (request, response) => {
    const path = withConsentForOfflineAccess((request.url ?? "").slice(oidcPath.length));
    // The provider finds out where it is mounted by comparing the two.
    request.originalUrl = `${oidcPath}${path}`;
    request.url = path;
    void handle(request, response);
  };
}

/**
 * OpenID Connect Core §11 lets a provider ignore `offline_access` without `prompt=consent`, and this one does. Most
 * tenants' providers don't insist; consent costs nothing here, so the request is taken as if it had asked for it.
 */
function withConsentForOfflineAccess(path: string): string {
  const url = new URL(path, "http://lab");
  const prompts = url.searchParams.get("prompt")?.split(" ") ?? [];
  const wantsOffline = url.searchParams.get("scope")?.split(" ").includes("offline_access");
  if (url.pathname !== "/auth" || !wantsOffline || prompts.includes("none") || prompts.includes("consent"))
    return path;
  url.searchParams.set("prompt", [...prompts, "consent"].join(" "));
  return `${url.pathname}${url.search}`;
}
