import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** Changes somebody at the identity provider. */
export async function change(
  user: string,
  to: { readonly disabled?: boolean; readonly groups?: readonly string[] },
): Promise<void> {
  const url = new URL(`/users/${user}`, env.OIDC_ISSUER);
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(to) });
  if (!answer.ok) throw new Error(`the lab answered ${answer.status}`);
}

/** What an instance sends to its identity provider's token endpoint, while somebody looks. */
export interface Watch {
  /** The grant types that were asked for, in order. */
  readonly asked: string[];
}

/** What happens to a request for a renewed sign-in. `send` lets it reach the provider. */
export type Interference = (send: () => Promise<Response>) => Promise<Response>;

/** Stands between the instance and its identity provider's token endpoint. Undone by `vi.restoreAllMocks()`. */
export function watchIdentityProvider(interfere: Interference = (send) => send()): Watch {
  const asked: string[] = [];
  const network = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const send = () => network(input, init);
    if (url !== `${env.OIDC_ISSUER}/token`) return send();
    const grant_type = new URLSearchParams(String(init?.body)).get("grant_type") ?? "";
    asked.push(grant_type);
    return grant_type === "refresh_token" ? interfere(send) : send();
  });
  return { asked };
}
