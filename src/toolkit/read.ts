/** Tools that change nothing: what they declare, and what they find. */

import type * as z from "zod";
import type { Env } from "../bindings.ts";
import type { Failure } from "./failure.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Principal } from "./principal.ts";
import type { ProgressUpdate } from "./progress.ts";
import type { Face } from "./tool.ts";
import type { Credential } from "./upstream/credential.ts";
import type { Upstream } from "./upstream/upstream.ts";

/** One source that a read asked, and how that went. */
export interface SourceReport {
  readonly source: string;
  /** `not_asked`: an id names another source. `off`: this deployment doesn't use it. */
  readonly status: "ok" | "not_found" | "not_asked" | "off" | "error";
  readonly count: number;
  /** ISO 8601 UTC. */
  readonly queried_at: string;
  /** When the source itself last looked, where it says so: a scan, a sync, the end of a log. ISO 8601 UTC. */
  readonly as_of?: string;
  /** How many there are in all, where the source tells. */
  readonly total?: number;
  /**
   * For a question about a named thing: which of the source's things were taken to be it, and by what. `null` where
   * the source keeps no list of such things, so that an empty answer doesn't show that the thing exists.
   */
  readonly matched?: readonly Matched[] | null;
  /** How many of its records were left out because they couldn't be read. */
  readonly unreadable?: number;
  readonly error?: Failure;
}

/** A thing of a source that was taken to be the one asked about. */
export interface Matched {
  readonly id: string;
  /** By what: `hostname`, `fqdn`, `ip`, `mac`, `serial`, `id`. */
  readonly by: string;
}

/** What a read found. "Found nothing" is `found` with empty lists; "not found" names what doesn't exist. */
export type ReadOutcome<Data> =
  | {
      readonly outcome: "found";
      readonly data: Data;
      readonly sources: readonly SourceReport[];
      readonly next_cursor?: string | null;
      /** How the question was put, where that isn't what the arguments say. It replaces those of the same name. */
      readonly searched?: JsonObject;
    }
  | {
      readonly outcome: "not_found";
      readonly resource: { readonly kind: string; readonly id: string };
      readonly sources: readonly SourceReport[];
      readonly searched?: JsonObject;
    };

/** What a read may use. */
export interface ReadContext {
  readonly env: Env;
  readonly principal: Principal;
  /** Milliseconds since the epoch, fixed for the call. */
  readonly now: number;
  /** A vendor, through one of the credentials that the tool declares. @throws TypeError for any other */
  readonly upstream: (credential: Credential) => Upstream;
  /** Says how far a long read is. Costs nothing where nobody listens. */
  readonly progress: (update: ProgressUpdate) => void;
}

/** A tool that changes nothing. */
export interface ReadTool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType>
  extends Face<Input, Output> {
  readonly kind: "read";
  /** The read-only credentials it uses. */
  readonly credentials: readonly Credential[];
  /** Those with which it finds a thing's names by its id, where it may. It does without them. */
  readonly also?: readonly Credential[];
  readonly run: (input: z.output<Input>, context: ReadContext) => Promise<ReadOutcome<z.output<Output>>>;
}

/** What {@link defineRead} made. */
const DEFINED = new WeakSet<object>();

/** True for a read of our own. It sees the bindings, so nothing else may pass for one. */
export function isOwnRead(tool: object): boolean {
  return DEFINED.has(tool);
}

/**
 * Declares a read that no vendor serves alone: one of our own, or one that puts several sources together. It isn't
 * published: what a deployment adds is a spec with a port, which sees its settings and its vendor alone.
 */
export function defineRead<Input extends z.ZodObject, Output extends z.ZodType>(
  tool: Omit<ReadTool<Input, Output>, "kind">,
): ReadTool {
  const defined = { ...tool, kind: "read" } as unknown as ReadTool;
  DEFINED.add(defined);
  return defined;
}

/** A read that vendors serve: what a model sees of it, whoever answers. */
export interface ReadSpec<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType>
  extends Face<Input, Output> {
  readonly kind: "read";
  /** What it belongs to: vendors that serve one tool of a capability are the sources of its ids. */
  readonly capability: string;
  /**
   * Arguments that take a name, and in place of one an id of another capability's: whoever keeps that thing is asked
   * for its names first, if the caller may read it.
   */
  readonly named_by?: Readonly<Record<string, NamedBy>>;
  /** How parts of several sources become one `data`. What asks for one thing by its id has one source. */
  readonly join?: (parts: readonly z.output<Output>[]) => z.output<Output>;
}

/** How a thing's names are found by its id. */
export interface NamedBy {
  /** The read of the thing. */
  readonly read: ReadSpec;
  /** The argument of that read that takes the id. */
  readonly id: string;
  /** The names in what it finds, the best first. */
  readonly names: (found: unknown) => readonly string[];
}

/** Declares a read that vendors serve. */
export function readSpec<Input extends z.ZodObject, Output extends z.ZodType>(
  spec: Omit<ReadSpec<Input, Output>, "kind">,
): ReadSpec<Input, Output> {
  return { ...spec, kind: "read" };
}

/** Where a page of a source begins, and how long it is. */
export interface ReadPage<Position> {
  /** `null`: at the beginning. */
  readonly from: Position | null;
  /** How many items at most. */
  readonly limit: number;
}

/** What a port's read may use. */
export interface ReadAt<Settings> extends Omit<ReadContext, "env"> {
  /** The connector's own, parsed. */
  readonly settings: Settings;
}

/** What one source found. Its failures are thrown. */
export interface Found<Data, Next> {
  readonly data: Data;
  /** Where the next page begins, or `null` if this was the last. */
  readonly next?: Next | null;
  /** How many of its records were left out because they couldn't be read. */
  readonly unreadable?: number;
  readonly total?: number;
  readonly as_of?: string;
  readonly matched?: SourceReport["matched"];
  /** Why a part of it is missing. */
  readonly error?: Failure | null;
  /** How the question was put, where that isn't what the arguments say. It replaces those of the same name. */
  readonly searched?: JsonObject;
}

/** The thing that the question names isn't in this source. */
export interface Absent {
  readonly absent: { readonly kind: string; readonly id: string };
  readonly searched?: JsonObject;
}

/** One vendor's way to answer a read. */
export interface ReadPort<Input, Data, Settings, Position = Json, Next = Position> {
  /** The read-only credentials it uses. The first names the source. */
  readonly credentials: readonly [Credential<Settings>, ...Credential<Settings>[]];
  /**
   * The arguments that this vendor can express, where it can't express all. Another that a call gives is refused as
   * `unsupported_filter`: never a wider or narrower search in silence.
   */
  readonly filters?: readonly (keyof Input & string)[];
  /** What {@link ReadPage.from} is, and what it is in a cursor: a caller may have made one up. */
  readonly position?: z.ZodType<Position, Next>;
  readonly read: (
    input: Input,
    page: ReadPage<Position>,
    at: ReadAt<Settings>,
  ) => Promise<Found<Data, Next> | Absent>;
}
