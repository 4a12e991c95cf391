/** A person's connections: which sign-ins their clients act on, and what was added to each. */

import type { FC } from "hono/jsx";
import type { Connection } from "../../person/protocol.ts";
import { Csrf, Foreign, Table, Time } from "../elements.tsx";
import type { Visitor } from "../visit.ts";

const SECTION = "/console/sessions";

interface Props {
  readonly visitor: Visitor;
  /** Whose they are: the name of their object. */
  readonly person: string;
}

/** All connections that stand. Only their person is led on to allow more. */
export const Connections: FC<Props & { connections: readonly Connection[]; now: number }> = ({
  visitor,
  person,
  connections,
  now,
}) => (
  <Table
    label="Connections"
    columns={["Client", "Signed in", "From", "Added", ""]}
    empty="None."
    rows={connections.map((connection) => {
      const { grant_id, client_name, signed_in_at, added } = connection;
      return [
        <strong>
          <Foreign>{client_name}</Foreign>
        </strong>,
        <Time at={signed_in_at} now={now} />,
        <From {...connection} />,
        added.length === 0 ? (
          <span class="dim">nothing</span>
        ) : (
          <span class="small">{added.map(({ scope }) => scope).join(", ")}</span>
        ),
        <>
          {person === visitor.person && (
            <a href={`/console/grants/${grant_id}`}>
              Allow more<span class="visually-hidden"> to {client_name}</span>
            </a>
          )}
          {added.length > 0 && <TakeBack visitor={visitor} person={person} connection={connection} />}
        </>,
      ];
    })}
  />
);

/** Where a connection's sign-in came from. */
export const From: FC<Connection> = ({ address, place }) =>
  address === null && place === null ? (
    <span class="dim">not known</span>
  ) : (
    <Foreign>{[place, address].filter((part) => part !== null).join(", ")}</Foreign>
  );

/** Takes back everything that was added to a connection. */
export const TakeBack: FC<Props & { connection: Connection }> = ({ visitor, person, connection }) => (
  <form method="post" action={`${SECTION}/${person}/take-back`}>
    <Csrf token={visitor.csrf} />
    <button class="danger small" type="submit" name="grant" value={connection.grant_id}>
      Take back what was added<span class="visually-hidden"> to {connection.client_name}</span>
    </button>
  </form>
);
