/** Rows in places that no object writes: how they are found, told of and exported. */
import * as z from "zod";
import { isChain } from "../event/place.ts";
import type { StoredEvent } from "../event/stored-event.ts";
import { ownActivity } from "../export/ocsf-proofs.ts";
import type { JsonObject } from "../json.ts";
import type { VerifierFinding } from "./finding.ts";

/** `metadata.log_name` of such a row in an export. */
const PLANTED_LOG = "planted";

/** The tables that verification walks. */
export type PlantedIn = "audit_events" | "audit_anchors" | "audit_checkpoints";

/** A row in a place that no object writes. It is evidence, and no event. */
export interface PlantedRow {
  readonly planted_in: PlantedIn;
  /** As it is stored: anything may stand there. */
  readonly chain: string;
  /** As it is stored, with all its digits. */
  readonly seq: string;
  /** What stands there. */
  readonly text: string;
}

/** What a walk over a store or an export meets. */
export type Presented = StoredEvent | PlantedRow;

/** Events as they are walked over, and what stands among them that is none. */
export interface SortedRows {
  readonly events: Iterable<StoredEvent>;
  /** Complete once somebody has walked over all events. */
  readonly planted: () => readonly VerifierFinding[];
}

/** Takes the rows that no object writes out of a walk, and keeps them as findings. */
export function withoutPlanted(presented: Iterable<Presented>): SortedRows {
  // By place: a verification may walk over the rows more than once.
  const found = new Map<string, VerifierFinding>();
  return {
    events: {
      *[Symbol.iterator]() {
        for (const row of presented) {
          if ("planted_in" in row) found.set(`${row.chain} ${row.seq}`, plantedFinding(row));
          else yield row;
        }
      },
    },
    planted: () => [...found.values()],
  };
}

/** What is wrong with a row in a place that no object writes. */
export function plantedFinding({ planted_in, chain, seq }: PlantedRow): VerifierFinding {
  const number = Number(seq);
  const what = planted_in !== "audit_events" || isChain(chain) ? "this number" : "a chain of this name";
  return {
    chain,
    // What JSON's readers would round stays text.
    seq: Number.isSafeInteger(number) && String(number) === seq ? number : seq,
    defect: "planted",
    detail: `in ${planted_in}, no object writes ${what}`,
  };
}

/** Such a row as an API activity of our own, so that an export holds it and every line is a valid event. Pure. */
export function plantedToOcsf({ planted_in, chain, seq, text }: PlantedRow): JsonObject {
  const { detail } = plantedFinding({ planted_in, chain, seq, text });
  return {
    ...noticeToOcsf(PLANTED_LOG, `This isn't an event: ${detail}`),
    raw_data: text,
    unmapped: { planted_in, chain, seq },
  };
}

/** How many such rows a selection leaves out. Pure. */
export function leftOutToOcsf(rows: number): JsonObject {
  return noticeToOcsf("left_out", `Left out, because no object writes where they stand: ${rows} rows`);
}

function noticeToOcsf(log_name: string, message: string): JsonObject {
  return {
    ...ownActivity(log_name),
    severity_id: 4,
    severity: "High",
    status_id: 0,
    status: "Unknown",
    time: 0,
    message,
  };
}

const plantedLine = z.looseObject({
  raw_data: z.string(),
  metadata: z.looseObject({ log_name: z.literal(PLANTED_LOG) }),
  unmapped: z.object({
    planted_in: z.enum(["audit_events", "audit_anchors", "audit_checkpoints"]),
    chain: z.string(),
    seq: z.string(),
  }),
});

/** The row in a line of an export, or `null` if the line is something else. */
export function readPlanted(line: string): PlantedRow | null {
  // Nearly every line is an event's, and there may be millions. Inside of a text the quotes would be escaped.
  if (!line.includes(`"log_name":"${PLANTED_LOG}"`)) return null;
  try {
    const read = plantedLine.safeParse(JSON.parse(line)).data;
    return read === undefined ? null : { ...read.unmapped, text: read.raw_data };
  } catch {
    return null;
  }
}
