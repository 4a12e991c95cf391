/** Draws the page on which a person chooses what a client may do for them. */
import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import type { FC } from "hono/jsx";
import { SCOPES, type Scope } from "../../toolkit/scopes.ts";
import { authPage } from "../page.tsx";
import { clientName, mixesAlphabets } from "../registration/client-name.ts";
import type { Offer } from "./offer.ts";

/** What the consent page shows. Whatever comes from the client is shown as text and nothing else. */
export interface ConsentView {
  readonly client: ConsentDescription;
  /** Who is signed in. */
  readonly display: string;
  readonly offer: Offer;
  /** Goes back with the form. */
  readonly handle: string;
  readonly sign_in: string;
  /** The person pressed Allow with nothing ticked. */
  readonly nothing_ticked: boolean;
}

/** Asks the person what the client may do for them. `headers` are those that bind the form to this browser. */
export function consentPage(view: ConsentView, headers: Headers): Promise<Response> {
  return authPage(200, `Allow “${clientName(view.client)}”?`, <Consent {...view} />, headers);
}

const Consent: FC<ConsentView> = ({ client, display, offer, handle, sign_in, nothing_ticked }) => (
  <>
    <h1>
      Allow “<bdi>{clientName(client)}</bdi>” to act for you?
    </h1>
    <p>
      Signed in as <bdi>{display}</bdi>. <Provenance {...client} />
    </p>
    {mixesAlphabets(clientName(client)) && (
      <p class="warn">
        <strong>Its name mixes letters of different alphabets.</strong> Names that imitate others do so.
      </p>
    )}
    {client.redirectIsLoopback && (
      <p class="warn">
        <strong>This gives access to a program on this computer.</strong> Go on only if you started signing in
        from it just now.
      </p>
    )}
    {offer.asked.length === 0 && (
      <p class="warn">
        <strong>Your role allows none of what it asks for.</strong> Choose Deny to go back to it.
      </p>
    )}
    {nothing_ticked && (
      <p class="warn" role="alert">
        Nothing was ticked. Tick what you want to allow, or deny.
      </p>
    )}
    <form method="post" action="/authorize">
      <input type="hidden" name="handle" value={handle} />
      <input type="hidden" name="sign_in" value={sign_in} />
      <Choice legend="It asks to" scopes={offer.asked} ticked />
      <Choice legend="It didn't ask for these. You can allow them, too" scopes={offer.more} />
      <LeftOut scopes={offer.forbidden} />
      <p class="dim">
        It stays connected until you or an administrator disconnect it, or it hasn't been used for 30 days.
        Each call is recorded under your name.
      </p>
      <div class="actions">
        <button class="primary" type="submit" name="decision" value="approve">
          Allow
        </button>
        <button type="submit" name="decision" value="deny">
          Deny
        </button>
      </div>
    </form>
  </>
);

const Provenance: FC<ConsentDescription> = ({ clientDomain, redirectHost }) => (
  <>
    {clientDomain === undefined ? (
      <>This app registered itself; its name is not verified. </>
    ) : (
      <>
        Published by <strong>{clientDomain}</strong>.{" "}
      </>
    )}
    Access goes to <strong>{redirectHost}</strong>.
  </>
);

const Choice: FC<{ legend: string; scopes: readonly Scope[]; ticked?: boolean }> = ({
  legend,
  scopes,
  ticked,
}) =>
  scopes.length === 0 ? null : (
    <fieldset>
      <legend>{legend}</legend>
      {scopes.map((scope) => (
        <label>
          <input type="checkbox" name="scope" value={scope} checked={ticked === true} />
          <span>
            {SCOPES[scope]} <span class="dim">{scope}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );

const LeftOut: FC<{ scopes: readonly Scope[] }> = ({ scopes }) =>
  scopes.length === 0 ? null : (
    <>
      <h2>Not offered, because your role doesn't allow it</h2>
      <ul>
        {scopes.map((scope) => (
          <li>
            {SCOPES[scope]} <span class="dim">{scope}</span>
          </li>
        ))}
      </ul>
    </>
  );
