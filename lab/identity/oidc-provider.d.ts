/**
 * As much of oidc-provider 9 as the lab uses. The package has no types of its own, and those published for it
 * are for an earlier major version.
 */
declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  export type Payload = Record<string, unknown>;

  export interface Adapter {
    upsert(id: string, payload: Payload, expiresIn?: number): Promise<void>;
    find(id: string): Promise<Payload | undefined>;
    findByUserCode(userCode: string): Promise<Payload | undefined>;
    findByUid(uid: string): Promise<Payload | undefined>;
    consume(id: string): Promise<void>;
    destroy(id: string): Promise<void>;
    revokeByGrantId(grantId: string): Promise<void>;
  }

  export interface Grant {
    addOIDCScope(scope: string): void;
    addOIDCClaims(claims: string[]): void;
    save(): Promise<string>;
  }

  export interface GrantModel {
    new (subject: { accountId: string; clientId: string }): Grant;
    find(id: string): Promise<Grant | undefined>;
  }

  export interface Context {
    body: unknown;
    status: number;
    type: string;
    oidc: {
      provider: Provider;
      client: { clientId: string };
      session: { accountId?: string };
      account?: { accountId: string };
      result?: { consent?: { grantId?: string } };
      requestParamScopes: Set<string>;
    };
  }

  export interface Interaction {
    uid: string;
    prompt: { name: string };
    params: Record<string, string | undefined>;
    session?: { uid?: string; accountId?: string };
    /** Epoch seconds. */
    exp: number;
    save(ttlS: number): Promise<string>;
  }

  export interface InteractionResult {
    login?: { accountId: string };
    consent?: { grantId: string };
  }

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    readonly Grant: GrantModel;
    readonly Session: { findByUid(uid: string): Promise<{ destroy(): Promise<void> } | undefined> };
    readonly Client: {
      prototype: {
        redirectUriAllowed(uri: string): boolean;
        postLogoutRedirectUriAllowed(uri: string): boolean;
      };
    };
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionResult(
      request: IncomingMessage,
      response: ServerResponse,
      result: InteractionResult,
    ): Promise<string>;
    on(event: "server_error", listener: (context: Context, error: Error) => void): this;
  }

  export namespace errors {
    class SessionNotFound extends Error {}
    class InvalidGrant extends Error {
      constructor(detail: string);
    }
  }

  export namespace interactionPolicy {
    class Check {
      static readonly REQUEST_PROMPT: true;
      static readonly NO_NEED_TO_PROMPT: false;
      constructor(reason: string, description: string, check: (context: Context) => boolean);
    }
    interface Policy {
      get(prompt: string): { checks: { add(check: Check): void } };
    }
    function base(): Policy;
  }

  export default Provider;
}
