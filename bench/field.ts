import { type Connection, connect, onLane } from "./connect.ts";
import {
  type Contender,
  startAgentTemplate,
  startHandlerTemplate,
  startNewObjects,
  startSallyport,
  type Workspace,
} from "./contenders.ts";
import type { Load } from "./drive.ts";
import {
  freshDevice,
  inOwnSession,
  newObject,
  read,
  replay,
  ungovernedRead,
  write,
  writeAgain,
} from "./measurements.ts";
import type { Lane } from "./messages.ts";

/** What is measured under one name. */
export interface Entrant {
  readonly name: string;
  /** As many as the busiest run needs; others take the first of them. */
  readonly connections: readonly Connection[];
  readonly load: Load;
}

/** Everything that a run compares, ready to be asked. */
export interface Field {
  readonly entrants: readonly Entrant[];
  readonly dispose: () => Promise<void>;
}

/** How many clients there are. */
export interface Crowd {
  /** Of those that are compared with each other. */
  readonly compared: number;
  /** Of those that are also asked by more. */
  readonly most: number;
}

/** Events in a session, and operations on a target, by what entrants are called after. */
const PASTS = { "0": 0, "1k": 1_000, "100k": 100_000 } as const;

type Wanted = (name: string) => boolean;

/**
 * Starts what the `wanted` names need, signs the clients in, and does what has to be done before it can be repeated.
 * Tokens are one for each client; a client speaks either lane with it.
 */
export async function prepareField(workspace: Workspace, crowd: Crowd, wanted: Wanted): Promise<Field> {
  const started: Contender[] = [];
  const entrants: Entrant[] = [];
  const add = async (
    start: () => Promise<Contender>,
    count: number,
    loads: Readonly<Record<string, Preparation>>,
  ): Promise<void> => {
    const names = Object.entries(loads).filter(([name]) => wanted(name));
    if (names.length === 0) return;
    const contender = await start();
    started.push(contender);
    const clients = await connectAll(contender, count);
    for (const [name, { lane, load }] of names) {
      const connections = await Promise.all(clients.map((client) => onLane(client, lane)));
      entrants.push({ name, connections, load: await load(connections.slice(0, crowd.compared), contender) });
    }
  };
  const always = (lane: Lane, load: Load): Preparation => ({ lane, load: async () => load });
  const repeats = (lane: Lane, alternating: boolean): Preparation => ({
    lane,
    load: (connections) => replay(connections, alternating),
  });

  await add(() => startHandlerTemplate(workspace, "template-handler"), crowd.most, {
    template: always("2026", ungovernedRead),
    template_2025: always("2025", ungovernedRead),
  });
  await add(() => startHandlerTemplate(workspace, "template-prepared"), crowd.compared, {
    template_prepared: always("2026", ungovernedRead),
  });
  await add(() => startAgentTemplate(workspace), crowd.most, {
    mcpagent_2025: always("2025", ungovernedRead),
  });
  // Each of its sessions stays an object, which nobody else should be charged with.
  await add(() => startAgentTemplate(workspace, "template-agent-sessions"), crowd.compared, {
    mcpagent_session_2025: always("2026", inOwnSession(ungovernedRead)),
  });
  await add(() => startSallyport(workspace, "sallyport"), crowd.most, {
    read: always("2026", read),
    read_2025: always("2025", read),
    replay: repeats("2026", false),
    replay_2025: repeats("2025", false),
    replay_readback: repeats("2026", true),
    replay_readback_2025: repeats("2025", true),
  });
  // What a new object does in its first seconds must not be charged to whoever is measured next.
  await add(() => startSallyport(workspace, "sallyport-written"), crowd.most, {
    write: always("2026", write),
    write_again: always("2026", writeAgain),
    write_2025: always("2025", write),
  });
  // A session keeps fifty of them, and lets go of the one that was unused for longest.
  await add(() => startSallyport(workspace, "sallyport-sessions"), crowd.compared, {
    session_2025: always("2026", inOwnSession(read)),
  });
  await add(() => startNewObjects(workspace), crowd.compared, { new_object: always("2026", newObject) });
  for (const tools of [20, 200]) {
    const catalogue = `catalogue-${tools}`;
    await add(() => startSallyport(workspace, catalogue, { catalogue }), crowd.compared, {
      [`catalogue_${tools}`]: always("2026", read),
    });
  }
  for (const [suffix, past] of Object.entries(PASTS)) {
    await add(() => startSallyport(workspace, `history-${suffix}`), 1, {
      [`history_read_${suffix}`]: {
        lane: "2026",
        async load([connection], contender) {
          await contender.fill({ session: connection?.session ?? "", events: past });
          return read;
        },
      },
      [`history_replay_${suffix}`]: {
        lane: "2026",
        async load(connections, contender) {
          const device = freshDevice();
          await contender.fill({ device, operations: past });
          return replay(connections, false, [device]);
        },
      },
    });
  }
  return {
    entrants,
    async dispose() {
      await Promise.all(started.map((contender) => contender.dispose()));
    },
  };
}

interface Preparation {
  readonly lane: Lane;
  readonly load: (connections: readonly Connection[], contender: Contender) => Promise<Load>;
}

async function connectAll(contender: Contender, count: number): Promise<Connection[]> {
  const connections: Connection[] = [];
  // A handful at a time: everybody at once would be an attack, and no faster.
  for (let first = 0; first < count; first += 10) {
    const some = Array.from({ length: Math.min(10, count - first) }, () => connect(contender));
    connections.push(...(await Promise.all(some)));
  }
  return connections;
}
