/**
 * The tables of the audit, for walks that meet every row: in the order of the key as it is stored, with no lower bound.
 * Beside each row stands whether it is in a place that an object writes, and its place as it is shown.
 */

import { asShown, HAS_SEQ, inPlace, isSeqInSql } from "../event/place.ts";
import { RECORD_COLUMNS } from "../event/record.ts";
import { fromRow } from "../event/stored-event.ts";
import type { PresentedProof } from "./evidence.ts";
import type { PlantedIn, PlantedRow, Presented } from "./planted.ts";

/** A table and what is read of it. */
export interface WalkedTable {
  readonly name: PlantedIn;
  readonly key: string;
  readonly columns: string;
}

type Row = Readonly<Record<string, unknown>>;

const SHOWN = `${asShown("chain")} AS shown_chain, ${asShown("seq")} AS shown_seq`;
/** A number that JavaScript can't hold isn't read as one. */
const SEQ = `CASE WHEN ${HAS_SEQ} THEN seq END AS seq`;

export const EVENTS: WalkedTable = {
  name: "audit_events",
  key: "chain, seq",
  columns: [
    `${inPlace()} AS in_place`,
    SHOWN,
    ...RECORD_COLUMNS.map((column) => (column === "seq" ? SEQ : column)),
  ].join(", "),
};

export const ANCHORS: WalkedTable = {
  name: "audit_anchors",
  key: "chain",
  columns: `(${inPlace()} OR (chain = 'checkpoint' AND ${HAS_SEQ})) AS in_place, ${SHOWN},
    chain, ${SEQ}, CAST(hash AS TEXT) AS hash, CAST(jws AS TEXT) AS jws`,
};

export const CHECKPOINTS: WalkedTable = {
  name: "audit_checkpoints",
  key: "n",
  columns: `(${isSeqInSql("n")}) AS in_place, 'checkpoint' AS shown_chain, ${asShown("n")} AS shown_seq,
    CASE WHEN ${isSeqInSql("n")} THEN n END AS n,
    CAST(at AS TEXT) AS at, CAST(jws AS TEXT) AS jws, CAST(heads AS TEXT) AS heads`,
};

/** The query for every row of a table. */
export function everyRow({ name, key, columns }: WalkedTable): string {
  return `SELECT ${columns} FROM ${name} ORDER BY ${key}`;
}

/** A row of {@link EVENTS}. */
export function presentedEvent({ in_place, shown_chain, shown_seq, ...columns }: Row): Presented {
  if (in_place === 1) return fromRow(columns);
  return planted(EVENTS, { shown_chain, shown_seq }, columns.event);
}

/** A row of {@link ANCHORS} or {@link CHECKPOINTS}. */
export function presentedProof(
  table: WalkedTable,
  { in_place, shown_chain, shown_seq, ...columns }: Row,
): PresentedProof | PlantedRow {
  if (in_place !== 1) return planted(table, { shown_chain, shown_seq }, columns.jws);
  const kind = table === ANCHORS ? "anchor" : "checkpoint";
  return { kind, ...columns } as unknown as PresentedProof;
}

function planted({ name }: WalkedTable, { shown_chain, shown_seq }: Row, text: unknown): PlantedRow {
  return { planted_in: name, chain: String(shown_chain), seq: String(shown_seq), text: String(text) };
}
