/** What is asked, and what counts as an answer. */
import { type Connection, callOnce, onLane } from "./connect.ts";
import type { Load } from "./drive.ts";

/** State changes need a target that nobody has touched: from here on, one after the other. */
let untouched = 0x1000;

/** A device id that wasn't given out before. */
export function freshDevice(): string {
  untouched += 1;
  return untouched.toString(16).padStart(32, "0");
}

const ONE_DEVICE = "1".padStart(32, "0");
const REASON = "bench";

/** `get_device`, as the templates answer it: the vendor's record. */
export const ungovernedRead: Load = {
  next: () => ({ tool: "get_device", args: { device_id: ONE_DEVICE } }),
  accepts: (answer) => answer.includes(ONE_DEVICE) && !answer.includes('"isError":true'),
};

/** Whatever is asked, an object is made. */
export const newObject: Load = {
  next: ungovernedRead.next,
  accepts: (answer) => answer === '{"rows":1}',
};

/** `get_device`, governed. */
export const read: Load = {
  next: () => ({ tool: "get_device", args: { device_id: ONE_DEVICE } }),
  accepts: (answer) => answer.includes('"structuredContent":{"status":"ok"'),
};

/** `contain_device`, each time on a device of its own: claimed, gated, dispatched. */
export const write: Load = {
  next: () => ({ tool: "contain_device", args: { device_id: freshDevice(), reason: REASON } }),
  accepts: (answer) => answer.includes('"replayed":false,"') || answer.includes('"replayed":false}'),
};

/** A protocol session that is begun for one call, as clients do that start anew for each conversation. */
export function inOwnSession(load: Load): Load {
  return { ...load, begin: (connection) => onLane(connection, "2025") };
}

/** The devices of {@link writeAgain}, and what is asked of each next. */
const known = new Map<Connection, { readonly device_id: string; contained: boolean }>();

/** `contain_device` and `release_device` in turn, on one device for each connection: a target that has its object. */
export const writeAgain: Load = {
  next(connection) {
    const device = known.get(connection) ?? { device_id: freshDevice(), contained: false };
    known.set(connection, device);
    device.contained = !device.contained;
    const tool = device.contained ? "contain_device" : "release_device";
    return { tool, args: { device_id: device.device_id, reason: REASON } };
  },
  accepts: write.accepts,
};

/**
 * Repeats of what was done before. Each connection has a device that it contained, released and contained again,
 * under keys of its own.
 * @param alternating Between the two containments. What was read back is remembered for the last operation that was
 * asked about, so that asking about two in turn reads each time, and asking about one reads every five seconds.
 * @param devices_of One for each connection.
 */
export async function replay(
  connections: readonly Connection[],
  alternating: boolean,
  devices_of: readonly string[] = connections.map(freshDevice),
): Promise<Load> {
  const devices = new Map(connections.map((connection, nth) => [connection, devices_of[nth]]));
  const deviceOf = (connection: Connection): string => devices.get(connection) ?? "";
  const contain = (connection: Connection, nth: number) => ({
    tool: "contain_device",
    args: {
      device_id: deviceOf(connection),
      reason: REASON,
      idempotency_key: `${deviceOf(connection)}/${nth}`,
    },
  });
  await Promise.all(
    connections.map(async (connection) => {
      const release = { tool: "release_device", args: { device_id: deviceOf(connection), reason: REASON } };
      for (const call of [contain(connection, 1), release, contain(connection, 2)]) {
        const answer = await callOnce(connection, call);
        if (!write.accepts(answer)) throw new Error(`${call.tool} was answered ${answer.slice(0, 1000)}`);
      }
    }),
  );
  const turns = new Map<Connection, number>();
  return {
    next(connection) {
      const turn = (turns.get(connection) ?? 0) + 1;
      turns.set(connection, turn);
      return contain(connection, alternating ? 1 + (turn % 2) : 2);
    },
    accepts: (answer) => answer.includes('"replayed":true,"still_in_effect":true'),
  };
}
