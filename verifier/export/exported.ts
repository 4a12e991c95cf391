/**
 * Reads the events of an export back for verification. A line that can't be read stands for the event that
 * should be there.
 */
import canonicalize from "canonicalize";
import * as z from "zod";
import { GENESIS } from "../event/chain-head.ts";
import type { ColumnsOf, StoredEvent } from "../event/stored-event.ts";
import type { JsonObject } from "../json.ts";
import { type Presented, readPlanted } from "../verify/planted.ts";
import { exportLine } from "./export.ts";
import { isProofLine } from "./exported-proofs.ts";
import type { ExportedPlace } from "./ocsf.ts";

const fingerprint = z.object({ value: z.string() });

/** What a line must have so that its event can be placed and verified. */
const exportedLine = z.looseObject({
  raw_data: z.string(),
  metadata: z.looseObject({ sequence: z.int() }),
  unmapped: z.looseObject({
    attestation_list: z.tuple([
      z.looseObject({
        chain_uid: z.string(),
        prev_event: z.looseObject({ fingerprint }).optional(),
        fingerprint,
      }),
    ]),
  }),
});

/**
 * Reads the events of an export back for verification, one at a time. Pure; never throws, whatever was done to it.
 * A line that can't be read stands for the event that should be there.
 * @param lines without their ends
 */
export function* readExport(lines: Iterable<string>): Generator<Presented> {
  let above: StoredEvent | undefined;
  // One line is held back: what can't be read is placed by what comes next.
  let held: string | null = null;
  for (const line of lines) {
    if (line === "" || isProofLine(line)) continue;
    const planted = readPlanted(line);
    if (planted !== null) {
      yield planted;
      continue;
    }
    const event = readLine(line);
    if (held !== null) {
      above = unreadable(held, above, event);
      yield above;
      held = null;
    }
    if (event === null) held = line;
    else {
      above = event;
      yield event;
    }
  }
  if (held !== null) yield unreadable(held, above, undefined);
}

/** What should stand beside an event in an export, for {@link readExport}'s events. */
export const exportColumns: ColumnsOf = ({ chain, prev, hash }) => ({ chain, prev, hash });

function readLine(line: string): StoredEvent | null {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return null;
  }
  const parsed = exportedLine.safeParse(json);
  if (!parsed.success) return null;
  const { raw_data, metadata, unmapped } = parsed.data;
  const [attestation] = unmapped.attestation_list;
  const place = {
    chain: attestation.chain_uid,
    seq: metadata.sequence,
    prev: attestation.prev_event?.fingerprint.value ?? GENESIS.hash,
    hash: attestation.fingerprint.value,
  };
  const { seq: _seq, ...columns } = place;
  return { ...place, event: raw_data, columns: { ...columns, ...differences(line, place, raw_data) } };
}

/** The attributes that aren't what the text makes them, by name. */
function differences(line: string, place: ExportedPlace, text: string): Record<string, string> {
  const made = exportLine(place, text);
  if (made === line) return {};
  const [found, expected] = [JSON.parse(line) as JsonObject, JSON.parse(made) as JsonObject];
  const names = [...new Set([...Object.keys(found), ...Object.keys(expected)])].filter(
    (name) => canonical(found[name] ?? null) !== canonical(expected[name] ?? null),
  );
  return Object.fromEntries(
    (names.length === 0 ? ["form"] : names).map((name) => [name, "not as the text has it"]),
  );
}

/** An export is in order, so what can't be read is what comes next. */
function unreadable(
  event: string,
  above: StoredEvent | undefined,
  below: StoredEvent | null | undefined,
): StoredEvent {
  const first = below != null && below.chain !== above?.chain && below.seq === GENESIS.seq + 2;
  const chain = (first ? below.chain : (above ?? below)?.chain) ?? "";
  const seq = first || above === undefined ? Math.max(1, (below?.seq ?? 2) - 1) : above.seq + 1;
  return { chain, seq, hash: "", event, columns: {} };
}

function canonical(value: JsonObject[string]): string {
  return canonicalize(value) ?? "null";
}
