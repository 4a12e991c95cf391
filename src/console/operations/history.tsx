/** Draws operations as a table, each with a link to its page. */
import type { FC } from "hono/jsx";
import type { LatestOperation } from "../../audit/store/operations.ts";
import { Foreign, Id, StateBadge, Table, Time } from "../elements.tsx";

/** Operations in a table, each a link to its own page. */
export const OperationTable: FC<{
  label: string;
  operations: readonly LatestOperation[];
  now: number;
  empty: string;
}> = ({ label, operations, now, empty }) => (
  <Table
    label={label}
    columns={["Operation", "Target", "Asked for by", "State", "Since"]}
    empty={empty}
    rows={operations.map(({ operation_id, tool, target, subject, state, at, reason }) => [
      <>
        <a href={`/console/operations/${operation_id}`}>{tool}</a>
        {reason !== null && (
          <div class="dim small">
            <Foreign>{shortened(reason)}</Foreign>
          </div>
        )}
      </>,
      <Id>{target}</Id>,
      <Foreign>{subject}</Foreign>,
      <StateBadge state={state} />,
      <Time at={at} now={now} />,
    ])}
  />
);

const LONGEST = 120;

/** Enough of a text to recognise it by. */
export function shortened(text: string): string {
  const characters = [...text];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST).join("")}…` : text;
}
