/** Shows one person's sessions and connections, to themselves or an administrator. */
import type { FC } from "hono/jsx";
import { isPersonKey } from "../../auth/person-key.ts";
import type { SessionSummary } from "../../person/protocol.ts";
import { Badge, Csrf, Facts, Foreign, Table, Time, type Tone } from "../elements.tsx";
import { may } from "../need.ts";
import { consolePage } from "../page.tsx";
import { type Visit, type Visitor, VisitRefused } from "../visit.ts";
import { Connections } from "./connections.tsx";
import { lastUses } from "./people.ts";

const SECTION = "/console/sessions";
/** Ended sessions are history: the latest are enough. */
const ENDED_SHOWN = 10;

/** `GET /console/sessions/{person}`: one person's sessions, for themselves or an administrator. */
export async function showPerson(visit: Visit): Promise<Response> {
  return showSessionsOf(visit, requirePerson(visit));
}

/** The person that the address names, if it is oneself or one is an administrator. @throws Refused */
export function requirePerson({ visitor, param }: Visit): string {
  const person = param("person");
  if (person === visitor.person || may(visitor.roles, "admin")) return person;
  throw new VisitRefused(403, "role_forbids", {
    title: "These are somebody else's sessions",
    advice: "Only administrators can see or end other people's sessions.",
  });
}

/** One person's sessions: what acts for them, and since when. @throws Refused if nobody of that name was ever here */
export async function showSessionsOf({ env, visitor, now }: Visit, person: string): Promise<Response> {
  // The object itself: a person who signed in a moment ago isn't in the database yet.
  const object = isPersonKey(person) ? env.PERSON.getByName(person) : null;
  const [profile, sessions, connections] =
    object === null
      ? [null, [], []]
      : await Promise.all([object.profile(), object.listSessions(), object.listConnections()]);
  if (profile === null) {
    throw new VisitRefused(404, "not_found", {
      title: "This person has no sessions",
      advice: "They may have been refused.",
    });
  }
  const active = sessions.filter(({ state }) => state === "active");
  const ended = sessions.filter(({ state }) => state !== "active").slice(0, ENDED_SHOWN);
  const used = await lastUses(
    env.DB,
    [...active, ...ended].map(({ session_id }) => session_id),
  );
  const own = person === visitor.person;
  const content = (
    <>
      {may(visitor.roles, "admin") && (
        <p class="crumb">
          <a href={SECTION}>Sessions</a>
        </p>
      )}
      <h1>{own ? "Your sessions" : <Foreign>{profile.display}</Foreign>}</h1>
      <p class="lead">
        {own ? "Each client that you allowed to act for you" : "Each client that acts for this person"} has
        one, until it is revoked. Times are UTC.
      </p>
      <section class="card" aria-label="Person">
        <Facts
          of={[
            ["Subject", <Foreign>{profile.subject}</Foreign>],
            ["Roles", profile.roles.join(", ") || "none"],
          ]}
        />
      </section>
      <section class="card" aria-labelledby="active">
        <h2 id="active">Active</h2>
        <SessionTable
          label="Active sessions"
          sessions={active}
          used={used}
          visitor={visitor}
          person={person}
          now={now}
        />
        {active.length > 0 && <RevokeAll visitor={visitor} person={person} own={own} />}
      </section>
      <section class="card" aria-labelledby="connections">
        <h2 id="connections">Connections</h2>
        <p class="dim small">
          Each sign-in of a client. What is added to one holds for it alone, for thirty days.
        </p>
        <Connections visitor={visitor} person={person} connections={connections} now={now} />
      </section>
      {ended.length > 0 && (
        <section class="card" aria-labelledby="ended">
          <h2 id="ended">Ended</h2>
          <SessionTable
            label="Ended sessions"
            sessions={ended}
            used={used}
            visitor={visitor}
            person={person}
            now={now}
          />
        </section>
      )}
    </>
  );
  return consolePage(visitor, { title: own ? "Your sessions" : profile.display, section: SECTION }, content);
}

const TONES: { readonly [S in SessionSummary["state"]]: Tone } = {
  active: "ok",
  signed_out: "neutral",
  revoked: "neutral",
};

const SessionTable: FC<{
  label: string;
  sessions: readonly SessionSummary[];
  used: ReadonlyMap<string, string>;
  visitor: Visitor;
  person: string;
  now: number;
}> = ({ label, sessions, used, visitor, person, now }) => (
  <Table
    label={label}
    columns={["Client", "May", "Since", "Last use", "State", ""]}
    empty="None."
    rows={sessions.map((session) => {
      const { session_id, client_name, redirect_uri, scopes, created_at, ended_at, state } = session;
      const last = used.get(session_id);
      return [
        <>
          <strong>
            <Foreign>{client_name}</Foreign>
          </strong>{" "}
          {session_id === visitor.session_id && <Badge tone="info">this one</Badge>}
          <div class="dim small">
            <Foreign>{redirect_uri}</Foreign>
          </div>
        </>,
        <span class="small">{scopes.join(", ")}</span>,
        <Time at={created_at} now={now} />,
        last === undefined ? <span class="dim">no call yet</span> : <Time at={last} now={now} />,
        <>
          <Badge tone={TONES[state]}>{state.replaceAll("_", " ")}</Badge>{" "}
          {ended_at !== null && <Time at={ended_at} now={now} />}
        </>,
        state === "active" && (
          <form method="post" action={`${SECTION}/${person}/revoke`}>
            <Csrf token={visitor.csrf} />
            <button class="danger small" type="submit" name="session" value={session_id}>
              Revoke<span class="visually-hidden"> {client_name}</span>
            </button>
          </form>
        ),
      ];
    })}
  />
);

const RevokeAll: FC<{ visitor: Visitor; person: string; own: boolean }> = ({ visitor, person, own }) => (
  <details>
    <summary>Revoke all of them…</summary>
    <form method="post" action={`${SECTION}/${person}/revoke`}>
      <Csrf token={visitor.csrf} />
      <p>
        Every client stops acting for {own ? "you" : "this person"} with its next call, this console included.
        Each has to be allowed anew.
      </p>
      <button class="danger" type="submit" name="session" value="all">
        Revoke all sessions
      </button>
    </form>
  </details>
);
