/** The page of one connection: what its client may do for the person, and what they allow it more. */

import type { FC } from "hono/jsx";
import type { Connection } from "../../person/protocol.ts";
import { isScope, SCOPES, type Scope, scopesOfRoles } from "../../toolkit/scopes.ts";
import { Csrf, Facts, Foreign, Time } from "../elements.tsx";
import { given } from "../filters.ts";
import { consolePage } from "../page.tsx";
import { From, TakeBack } from "../sessions/connections.tsx";
import { type Visit, type Visitor, VisitRefused } from "../visit.ts";

const SECTION = "/console/sessions";

/** `GET /console/grants/{id}?scope=…`: one of one's own connections. `scope` names what to tick, space-separated. */
export async function showGrant(visit: Visit): Promise<Response> {
  const { visitor, now, url } = visit;
  const connection = await requireConnection(visit);
  const { client_name, scopes, added } = connection;
  const allowed = scopesOfRoles(visitor.roles);
  const held = new Set([...scopes, ...added.map(({ scope }) => scope)]);
  const more = allowed.filter((scope) => !held.has(scope));
  const wanted = (given(url, "scope") ?? "").split(" ").filter(isScope);
  const forbidden = wanted.filter((scope) => !allowed.includes(scope));
  const content = (
    <>
      <p class="crumb">
        <a href={SECTION}>Sessions</a>
      </p>
      <h1>
        What “<Foreign>{client_name}</Foreign>” may do
      </h1>
      <p class="lead">
        This is one connection: one sign-in of one client. Your other connections stay as they are. Times are
        UTC.
      </p>
      <section class="card" aria-label="Connection">
        <Facts
          of={[
            ["Client", <Foreign>{client_name}</Foreign>],
            ["Address", <Foreign>{connection.redirect_uri}</Foreign>],
            ["Signed in", <Time at={connection.signed_in_at} now={now} />],
            ["From", <From {...connection} />],
            ["Allowed then", scopes.join(", ")],
            ...added.map(({ scope, until }) => [`Added: ${scope}`, <Until at={until} now={now} />] as const),
          ]}
        />
        {added.length > 0 && <TakeBack visitor={visitor} person={visitor.person} connection={connection} />}
      </section>
      {forbidden.length > 0 && (
        <div class="notice bad" role="alert">
          <p>Your role doesn't allow {forbidden.join(", ")}. Ask somebody who holds the role.</p>
        </div>
      )}
      <section class="card" aria-labelledby="more">
        <h2 id="more">Allow more</h2>
        {more.length === 0 ? (
          <p>This connection has everything that your role allows.</p>
        ) : (
          <More visitor={visitor} connection={connection} scopes={more} ticked={wanted} />
        )}
      </section>
    </>
  );
  return consolePage(visitor, { title: `What ${client_name} may do`, section: SECTION }, content);
}

/** The connection that the address names, if it is the visitor's own and still stands. @throws VisitRefused */
export async function requireConnection({ env, visitor, param }: Visit): Promise<Connection> {
  const grant_id = param("id");
  const connections = await env.PERSON.getByName(visitor.person).listConnections();
  const found = connections.find((connection) => connection.grant_id === grant_id);
  if (found !== undefined) return found;
  throw new VisitRefused(404, "not_found", {
    title: "You have no such connection",
    advice: "It may have ended, or belong to somebody else. Sign in to Sallyport again from your client.",
  });
}

const Until: FC<{ at: string; now: number }> = ({ at, now }) => (
  <>
    until <Time at={at} now={now} />
  </>
);

const More: FC<{
  visitor: Visitor;
  connection: Connection;
  scopes: readonly Scope[];
  ticked: readonly Scope[];
}> = ({ visitor, connection, scopes, ticked }) => (
  <form method="post" action={`/console/grants/${connection.grant_id}`}>
    <Csrf token={visitor.csrf} />
    <p>
      Tick only what you want this client to do for you. It holds for thirty days, and you can take it back
      here.
    </p>
    <fieldset>
      <legend class="visually-hidden">What to allow</legend>
      {scopes.map((scope) => (
        <div>
          <label class="check">
            <input type="checkbox" name="scope" value={scope} checked={ticked.includes(scope)} />{" "}
            {SCOPES[scope]} <code>{scope}</code>
          </label>
        </div>
      ))}
    </fieldset>
    <button class="primary" type="submit">
      Allow what is ticked
    </button>
  </form>
);
