/** Lists everybody who has signed in for an administrator, and shows anybody else their own sessions. */
import { Foreign, Table, Time } from "../elements.tsx";
import { given } from "../filters.ts";
import { may } from "../need.ts";
import { consolePage } from "../page.tsx";
import type { Visit } from "../visit.ts";
import { knownPeople, MOST_PEOPLE } from "./people.ts";
import { showSessionsOf } from "./person-page.tsx";

const SECTION = "/console/sessions";

/** `GET /console/sessions`: everybody for an administrator, oneself for anybody else. */
export async function showSessions(visit: Visit): Promise<Response> {
  const { env, visitor, now, url } = visit;
  if (!may(visitor.roles, "admin")) return showSessionsOf(visit, visitor.person);
  const search = given(url, "q");
  const people = await knownPeople(env.DB, search);
  const content = (
    <>
      <h1>Sessions</h1>
      <p class="lead">Everyone who has signed in, most recently active first. Times are UTC.</p>
      <search class="card">
        <form method="get" action={SECTION}>
          <div class="fields">
            <div>
              <label for="q">Person</label>
              <input id="q" name="q" value={search ?? ""} autocomplete="off" />
            </div>
            <div>
              <button type="submit">Search</button>
            </div>
          </div>
        </form>
      </search>
      <section class="card" aria-label="People">
        <Table
          label="People"
          columns={["Person", "Subject", "Last activity", ""]}
          empty="No matching people."
          rows={people.map(({ person, subject, display, last_at }) => [
            <strong>
              <Foreign>{display}</Foreign>
            </strong>,
            <Foreign>{subject}</Foreign>,
            <Time at={last_at} now={now} />,
            <a href={`${SECTION}/${person}`}>
              Sessions<span class="visually-hidden"> of {display}</span>
            </a>,
          ])}
        />
        {people.length === MOST_PEOPLE && (
          <p class="dim small">These are the first {MOST_PEOPLE}. Search for others.</p>
        )}
      </section>
    </>
  );
  return consolePage(visitor, { title: "Sessions", section: SECTION }, content);
}
