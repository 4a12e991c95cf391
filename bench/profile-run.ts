import { type Connection, connect } from "./connect.ts";
import { type Contender, startSallyport, type Workspace } from "./contenders.ts";
import { drive, type Load } from "./drive.ts";
import { read, replay, write } from "./measurements.ts";
import { byPart, profileOf } from "./profile.ts";
import { table } from "./report.ts";

const CONNECTIONS = 20;
const COUNTED_S = 3;

interface Counts {
  readonly statements: number;
  readonly rows_read: number;
  readonly rows_written: number;
  readonly alarms: number;
  readonly hops: Readonly<Record<string, number>>;
  readonly rpc_bytes: number;
}

/** What one kind of call takes: time of the server by part, and what it asks of the platform. */
interface Profiled {
  readonly name: string;
  readonly time_us: ReadonlyMap<string, number>;
  readonly counts: Readonly<Record<string, number>>;
}

/** Profiles the kinds of calls one after the other, and returns two tables: time, and what is asked of the platform. */
export async function profile(workspace: Workspace, seconds: number): Promise<string> {
  // Counting takes time, too: what is counted isn't what is timed.
  const timed = await startSallyport(workspace, "timed", { inspected: true });
  const counted = await startSallyport(workspace, "counted", { entry: "counted" });
  try {
    const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => connect(timed)));
    const alone = [await connect(counted)];
    const profiled: Profiled[] = [];
    for (const [name, loadFor] of Object.entries(LOADS)) {
      const load = await loadFor(connections);
      const time_us = await timeOf(timed, connections, load, seconds);
      profiled.push({ name, time_us, counts: await countsOf(counted, alone, await loadFor(alone)) });
    }
    return tables(profiled);
  } finally {
    await Promise.all([timed.dispose(), counted.dispose()]);
  }
}

const LOADS: Readonly<Record<string, (connections: readonly Connection[]) => Promise<Load>>> = {
  read: async () => read,
  write: async () => write,
  replay: (connections) => replay(connections, false),
  replay_readback: (connections) => replay(connections, true),
};

async function timeOf(
  sallyport: Contender,
  connections: readonly Connection[],
  load: Load,
  seconds: number,
): Promise<ReadonlyMap<string, number>> {
  await drive(connections, load, 1);
  let calls = 0;
  const sampled = await profileOf(await sallyport.inspector(), async () => {
    calls = (await drive(connections, load, seconds)).latencies_ms.length;
  });
  const total = await byPart(sampled, sallyport.script);
  return new Map([...total].map(([part, us]) => [part, us / calls]));
}

/** What one call after the other asks for, its share of what follows later included. */
async function countsOf(
  { mcp_url, vendorRequests }: Contender,
  connections: readonly Connection[],
  load: Load,
): Promise<Readonly<Record<string, number>>> {
  const counts = async (): Promise<Counts> =>
    (await (await fetch(new URL("/bench/counts", mcp_url))).json()) as Counts;
  await drive(connections, load, COUNTED_S);
  await counts();
  const asked_before = await vendorRequests();
  const calls = (await drive(connections, load, COUNTED_S)).latencies_ms.length;
  const asked = (await vendorRequests()) - asked_before;
  const { hops, ...rest } = await counts();
  const all = { vendor_requests: asked, ...rest, ...hops };
  return Object.fromEntries(Object.entries(all).map(([name, count]) => [name, count / calls]));
}

function tables(profiled: readonly Profiled[]): string {
  const names = profiled.map(({ name }) => name);
  const parts = union(profiled.map(({ time_us }) => [...time_us.keys()]));
  const counted = union(profiled.map(({ counts }) => Object.keys(counts)));
  const time = table(
    ["µs of a call", ...names],
    parts
      .map((part) => ({ part, us: profiled.map(({ time_us }) => time_us.get(part) ?? 0) }))
      .sort((a, b) => (b.us[0] ?? 0) - (a.us[0] ?? 0))
      .map(({ part, us }) => [part, ...us.map((each) => each.toFixed(0))]),
  );
  const platform = table(
    ["asked of the platform, per call", ...names],
    counted.map((name) => [name, ...profiled.map(({ counts }) => (counts[name] ?? 0).toFixed(1))]),
  );
  return `${time}\n\n${platform}`;
}

function union(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}
