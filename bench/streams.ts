/** What a session object takes in memory while clients hold streams of it open. */
import { setTimeout as delay } from "node:timers/promises";
import { type Connection, callOnce, connect, onLane } from "./connect.ts";
import { startSallyport, type Workspace } from "./contenders.ts";
import { residentBytes, runtimes } from "./growth/resident.ts";
import { inspect } from "./inspector.ts";
import { read } from "./measurements.ts";
import { headersOf, listen } from "./messages.ts";

/** Memory at one moment. */
export interface Weight {
  readonly moment: string;
  /** Of the isolate that the Worker and its objects share, after a collection. */
  readonly heap_bytes: number;
  /** What each of those takes that were opened since the moment before; `null` where none were. */
  readonly heap_bytes_each: number | null;
  /** Of the process; `null` where the machine doesn't tell. */
  readonly resident_bytes: number | null;
}

type Weigh = (moment: string, opened?: number) => Promise<void>;

/** One stream, held open. */
interface Stream {
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

/** As many protocol sessions as a session keeps, each with its one stream of its own. */
const STREAMS = 50;
/** As many as one session may have of the later era. */
const SUBSCRIPTIONS = 8;
/** For what was begun to come to an end, in milliseconds. */
const SETTLED_MS = 1_000;
/** A client that is gone is noticed when something is written to it, which the SDK does every 15 s. In milliseconds. */
const NOTICED_MS = 16_000;
const AWAKE_EVERY_MS = 100;

/** Opens one session's streams and closes them again, and weighs the runtime before, between and after. */
export async function weighStreams(workspace: Workspace): Promise<Weight[]> {
  const others = await runtimes();
  const contender = await startSallyport(workspace, "streams", { inspected: true });
  const [runtime] = (await runtimes()).filter((id) => !others.includes(id));
  const inspector = await inspect(await contender.inspector());
  const awake = () => fetch(new URL("/healthz", contender.mcp_url)).then((answer) => answer.text());
  const weights: Weight[] = [];
  const weigh: Weigh = async (moment, opened = 0) => {
    await delay(SETTLED_MS);
    const ask = (method: string) => keptAwake(awake, inspector.send(method));
    // Twice: what the first leaves to be finalised, the second takes.
    await ask("HeapProfiler.collectGarbage");
    await ask("HeapProfiler.collectGarbage");
    const { usedSize } = (await ask("Runtime.getHeapUsage")) as { usedSize: number };
    const resident_bytes = runtime === undefined ? null : await residentBytes(runtime);
    const more = usedSize - (weights.at(-1)?.heap_bytes ?? 0);
    const heap_bytes_each = opened === 0 ? null : more / opened;
    weights.push({ moment, heap_bytes: usedSize, heap_bytes_each, resident_bytes });
  };
  try {
    // Another session does it all first: code that never ran takes no memory yet.
    await openAndClose(await connect(contender), async () => {});
    await openAndClose(await connect(contender), weigh);
    return weights;
  } finally {
    inspector.close();
    await contender.dispose();
  }
}

/** @param weigh is told of each moment, and how many were opened for it */
async function openAndClose(client: Connection, weigh: Weigh): Promise<void> {
  const answer = await callOnce(client, read.next(client));
  if (!read.accepts(answer)) throw new Error(`a read was answered ${answer.slice(0, 1000)}`);
  await weigh("one session, without streams");
  const sessions = await Promise.all(Array.from({ length: STREAMS }, () => onLane(client, "2025")));
  await weigh(`${STREAMS} protocol sessions of the 2025 era`, STREAMS);
  const streams = await Promise.all(sessions.map(openLegacy));
  await weigh(`${STREAMS} streams, one for each of them`, STREAMS);
  await closeAll(streams);
  await weigh("their clients are gone");
  await Promise.all(sessions.map(end));
  await weigh("their protocol sessions are ended");

  const oldest = await subscribe(client);
  const subscriptions = await Promise.all(Array.from({ length: SUBSCRIPTIONS }, () => subscribe(client)));
  await hasEnded(oldest);
  await weigh(`${SUBSCRIPTIONS} subscriptions of 2026-07-28`, SUBSCRIPTIONS);
  await closeAll(subscriptions);
  await weigh("their clients are gone, too");
}

/** What was `asked` of the inspector: an isolate attends to it only when there is something for it to run. */
async function keptAwake(awake: () => Promise<unknown>, asked: Promise<unknown>): Promise<unknown> {
  let answered = false;
  const answer = asked.finally(() => {
    answered = true;
  });
  while (!answered) {
    await Promise.race([answer, delay(AWAKE_EVERY_MS)]);
    await awake();
  }
  return answer;
}

/** Ends when the server has noticed. @throws Error if one of them had ended before */
async function closeAll(streams: readonly Stream[]): Promise<void> {
  const open = streams.filter((stream) => stream.isOpen()).length;
  if (open !== streams.length) throw new Error(`only ${open} of ${streams.length} streams were still open`);
  for (const stream of streams) stream.close();
  await delay(NOTICED_MS);
}

function openLegacy({ url, headers }: Connection): Promise<Stream> {
  return openStream(url, { method: "GET", headers: { ...headers, accept: "text/event-stream" } });
}

function subscribe({ url, headers }: Connection): Promise<Stream> {
  return openStream(url, listening(headers));
}

function listening(headers: Connection["headers"]): RequestInit {
  const method = { "mcp-method": "subscriptions/listen" };
  return { method: "POST", headers: { ...headers, ...headersOf("2026"), ...method }, body: listen };
}

async function openStream(url: URL, request: RequestInit): Promise<Stream> {
  const ending = new AbortController();
  const answer = await fetch(url, { ...request, signal: ending.signal });
  if (!answer.ok || answer.headers.get("content-type") !== "text/event-stream")
    throw new Error(`a stream was answered ${answer.status}: ${await answer.text()}`);
  let open = true;
  answer.text().then(
    () => {
      open = false;
    },
    () => {
      open = false;
    },
  );
  return { isOpen: () => open, close: () => ending.abort() };
}

/** The oldest has made room for the newest, or the bound is another one now. */
async function hasEnded({ isOpen }: Stream): Promise<void> {
  await delay(NOTICED_MS);
  if (isOpen()) throw new Error(`more than ${SUBSCRIPTIONS} subscriptions are open`);
}

async function end({ url, headers }: Connection): Promise<void> {
  const answer = await fetch(url, { method: "DELETE", headers });
  await answer.text();
  if (!answer.ok) throw new Error(`ending a protocol session was answered ${answer.status}`);
}
