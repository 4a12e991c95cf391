/** Finds events of another tenant, whose chains would otherwise hold by themselves. */
import { readRecord } from "../event/record.ts";
import type { VerifierFinding } from "./finding.ts";
import type { Presented } from "./planted.ts";

/** Events as they are walked over, and those among them that are another tenant's. */
export interface WatchedEvents {
  readonly events: Iterable<Presented>;
  /** Complete once somebody has walked over all events. */
  readonly foreign: () => readonly VerifierFinding[];
}

/**
 * Notices events of another tenant on the way. One tenant's chains hold by themselves wherever they are shown, so
 * somebody who is handed an export has to say whose it should be.
 */
export function watchTenant(events: Iterable<Presented>, tenant: string): WatchedEvents {
  // By place: a verification may walk over the events more than once.
  const found = new Map<string, VerifierFinding>();
  return {
    events: {
      *[Symbol.iterator]() {
        for (const event of events) {
          if ("planted_in" in event) {
            yield event;
            continue;
          }
          const read = readRecord(event.event);
          if (read.ok && read.record.tenant !== tenant) {
            const { chain, seq } = event;
            const detail = `it is an event of the tenant "${read.record.tenant}"`;
            found.set(`${chain} ${seq}`, { chain, seq, defect: "inserted", detail });
          }
          yield event;
        }
      },
    },
    foreign: () => [...found.values()],
  };
}
