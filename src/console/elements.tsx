/** Draws the parts that pages are made of: times, states, tables, and texts that others wrote. */
import type { Child, FC, PropsWithChildren } from "hono/jsx";
import type { State } from "../effect/machine/machine.ts";
import { visible } from "../toolkit/text/hidden.ts";

/** A moment, in UTC, with how long ago or ahead it is. `at` is ISO 8601; `now` milliseconds since the epoch. */
export const Time: FC<{ at: string; now: number }> = ({ at, now }) => (
  <span>
    <time datetime={at}>{inUtc(at)}</time> <span class="dim small">{distance(Date.parse(at) - now)}</span>
  </span>
);

/** `2026-11-22 10:00:04`, without its zone: pages say once that times are UTC. */
export function inUtc(at: string): string {
  return at.slice(0, 19).replace("T", " ");
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** Clocks that are this far apart, in milliseconds, agree. */
const JUST_NOW_MS = 10_000;

/** A distance in time in words: `4 min ago`, `in 52 min`. */
export function distance(ms: number): string {
  const size = Math.abs(ms);
  if (size < JUST_NOW_MS) return "just now";
  const [unit, length] = UNITS.find(([, length]) => size >= length) ?? ["s", 1_000];
  const amount = `${Math.floor(size / length)} ${unit}`;
  return ms > 0 ? `in ${amount}` : `${amount} ago`;
}

export type Tone = "ok" | "warn" | "bad" | "info" | "neutral";

/** A state in a word. Its colour only repeats what the word says. */
export const Badge: FC<PropsWithChildren<{ tone: Tone }>> = ({ tone, children }) => (
  <span class={`badge ${tone}`}>{children}</span>
);

const STATES: { readonly [S in State]: readonly [Tone, string] } = {
  claimed: ["neutral", "claimed"],
  awaiting_confirmation: ["warn", "awaiting confirmation"],
  awaiting_approval: ["warn", "awaiting approval"],
  approved: ["info", "approved"],
  executing: ["info", "executing"],
  succeeded: ["ok", "succeeded"],
  failed_safe: ["neutral", "failed, no effect"],
  unknown: ["warn", "in doubt"],
  probing: ["warn", "in doubt, being read back"],
  needs_operator: ["bad", "needs an operator"],
  denied: ["neutral", "denied"],
  expired: ["neutral", "expired"],
  abandoned: ["neutral", "abandoned"],
};

/** All states of an operation, in the order of their life. */
export const STATE_NAMES = Object.keys(STATES) as State[];

/** What a state is called on pages. */
export function stateInWords(state: State): string {
  return STATES[state][1];
}

/** The state of an operation. What isn't one is shown as it is. */
export const StateBadge: FC<{ state: string }> = ({ state }) => {
  const [tone, words] = Object.hasOwn(STATES, state) ? STATES[state as State] : (["neutral", state] as const);
  return <Badge tone={tone}>{words}</Badge>;
};

/** A text that somebody else chose: kept apart, and with what wouldn't be seen of it, or would turn it round, written out. */
export const Foreign: FC<PropsWithChildren> = ({ children }) => <bdi>{legible(children)}</bdi>;

/** A person by the name that people know, and by the one that tells them apart: names can be alike. */
export const ActorName: FC<{ display: string; subject: string }> = ({ display, subject }) => (
  <>
    <Foreign>{display}</Foreign>
    {display !== subject && (
      <>
        {" "}
        (<Id>{subject}</Id>)
      </>
    )}
  </>
);

/** What something is called where nobody reads it letter by letter: it may break anywhere. */
export const Id: FC<PropsWithChildren> = ({ children }) => <bdi class="id">{legible(children)}</bdi>;

/** Whoever decides must see all that a model or a vendor wrote. */
function legible(children: Child): Child {
  return typeof children === "string" ? visible(children) : children;
}

/** Names and what they stand for. What is `null` is left out. `wide` is for names that are sentences. */
export const Facts: FC<{
  of: readonly (readonly [name: string, value: Child] | null)[];
  wide?: boolean;
}> = ({ of, wide }) => (
  <dl class={wide === true ? "facts wide" : "facts"}>
    {of
      .filter((fact) => fact !== null)
      .map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
  </dl>
);

/**
 * A table that becomes a stack of cards where it is narrow.
 * @param columns their headings; one that is empty is for actions
 */
export const Table: FC<{
  label: string;
  columns: readonly string[];
  rows: readonly (readonly Child[])[];
  empty: string;
}> = ({ label, columns, rows, empty }) =>
  rows.length === 0 ? (
    <p class="dim">{empty}</p>
  ) : (
    <div class="table-wrap">
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">{column === "" ? <span class="visually-hidden">Actions</span> : column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((cell, index) => (
                <td data-label={columns[index] ?? ""}>
                  <div>{cell}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

/** The token that every form carries. */
export const Csrf: FC<{ token: string }> = ({ token }) => <input type="hidden" name="csrf" value={token} />;

/** A link to the page after, if there is one, and to the first. They are named by what is on them. */
export const Pager: FC<{ url: URL; next_cursor: string | null; first_page?: string; next_page?: string }> = ({
  url,
  next_cursor,
  first_page = "Newest",
  next_page = "Older",
}) => {
  const first = url.searchParams.has("cursor") ? linkWith(url, { cursor: null }) : null;
  if (first === null && next_cursor === null) return null;
  return (
    <div class="pager">
      {first === null ? <span /> : <a href={first}>{first_page}</a>}
      {next_cursor !== null && (
        <a class="button" href={linkWith(url, { cursor: next_cursor })}>
          {next_page}
        </a>
      )}
    </div>
  );
};

/** The same page with other parameters. `null` takes one away. */
export function linkWith(
  { pathname, searchParams }: URL,
  changed: Readonly<Record<string, string | null>>,
): string {
  const parameters = new URLSearchParams(searchParams);
  for (const [name, value] of Object.entries(changed)) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const query = parameters.toString();
  return query === "" ? pathname : `${pathname}?${query}`;
}

/**
 * JSON text as facts, one level deep. What is deeper is shown as JSON.
 * @param known what is on the page already
 */
export function factsOf(json: string | null, known: string): (readonly [string, Child])[] {
  const value: unknown = json === null ? null : JSON.parse(json);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value)
    .filter(([, item]) => item !== known)
    .map(([name, item]) => [
      name.replaceAll("_", " "),
      <Foreign>{typeof item === "string" ? item : JSON.stringify(item)}</Foreign>,
    ]);
}
