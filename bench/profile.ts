/**
 * Where a call's time goes: V8's own profile of the server under load, its samples told apart by the step of the path
 * that they were taken in. A clock inside the Worker couldn't: it stands still while code runs.
 */
import { readFile } from "node:fs/promises";
import { SourceMap, type SourceMapPayload } from "node:module";
import { basename } from "node:path";
import { inspect } from "./inspector.ts";

/** A profile as the inspector hands it over, as far as it is used. */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly children?: readonly number[];
}

/** Microseconds by part, in all. */
export type TimeByPart = ReadonlyMap<string, number>;

/** What a sample belongs to: the innermost frame that one of these names decides. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [
    /src\/audit\/(audited-object|outbox|consumer|store|reconcile|record)\.ts$/,
    "after the answer: outbox to store",
  ],
  [/src\/audit\//, "audit event"],
  [/src\/auth\/|workers-oauth-provider/, "identity: token"],
  [/src\/limits\//, "limits"],
  [/src\/path\/input\.ts$/, "schema"],
  [/src\/path\/claim\.ts$/, "claim"],
  [/src\/path\/(gate|policy|policy-document)\.ts$/, "gate"],
  [/src\/effect\//, "operation"],
  [/src\/person\/|src\/tenant\//, "person and tenant"],
  [/src\/connectors\/|src\/downstream\//, "downstream"],
  [/src\/path\//, "path: the rest"],
  [/src\/session\//, "session: lanes"],
  [/@modelcontextprotocol|\/agents\//, "protocol: SDKs"],
  [/src\/(index|front)\.ts$|bench\/workers\//, "front door"],
];

const NATIVE: ReadonlyMap<string, string> = new Map([
  ["(idle)", "waiting for others in the runtime"],
  ["(garbage collector)", "garbage collection"],
  ["(program)", "runtime"],
]);

/** Samples the isolate behind an inspector's URL while `work` runs. */
export async function profileOf(inspector: string, work: () => Promise<void>): Promise<CpuProfile> {
  const { send, close } = await inspect(inspector);
  try {
    await send("Profiler.enable");
    await send("Profiler.setSamplingInterval", { interval: 250 });
    await send("Profiler.start");
    await work();
    return ((await send("Profiler.stop")) as { profile: CpuProfile }).profile;
  } finally {
    close();
  }
}

/** Adds up a profile's samples by part. @param script the bundled module, with its map beside it */
export async function byPart(profile: CpuProfile, script: string): Promise<TimeByPart> {
  const map = new SourceMap(JSON.parse(await readFile(`${script}.map`, "utf8")) as SourceMapPayload);
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const parts = new Map<number, string>();
  const partOf = (id: number): string => {
    const known = parts.get(id);
    if (known !== undefined) return known;
    const parent = parents.get(id);
    const own = ownPart(nodes.get(id), basename(script), map);
    const part = own ?? (parent === undefined ? "runtime" : partOf(parent));
    parts.set(id, part);
    return part;
  };
  const time = new Map<string, number>();
  profile.samples.forEach((id, nth) => {
    const part = partOf(id);
    time.set(part, (time.get(part) ?? 0) + (profile.timeDeltas[nth] ?? 0));
  });
  return time;
}

/** The part that a frame by itself belongs to. What the runtime does in modules of its own, it does for whoever called. */
function ownPart(node: ProfileNode | undefined, module: string, map: SourceMap): string | undefined {
  if (node === undefined) return undefined;
  const { functionName, url, lineNumber, columnNumber } = node.callFrame;
  const native = NATIVE.get(functionName);
  if (native !== undefined) return native;
  if (lineNumber < 0 || url !== module) return undefined;
  const entry = map.findEntry(lineNumber, columnNumber);
  if (!("originalSource" in entry)) return undefined;
  return PARTS.find(([source]) => source.test(entry.originalSource))?.[1];
}
