import type * as z from "zod";
import type { Failure } from "./failure.ts";
import type { Principal } from "./principal.ts";
import type { ProgressUpdate } from "./progress.ts";
import type { Scope } from "./scopes.ts";
import type { Credential } from "./upstream/credential.ts";
import type { Upstream, UpstreamAnswer, UpstreamRequest } from "./upstream/upstream.ts";

/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** An object that JSON can carry. */
export type JsonObject = { readonly [key: string]: Json };

/** MCP's hints to clients. All four are required here, and must be true. */
export interface ToolAnnotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

interface Declared<Input extends z.ZodObject, Output extends z.ZodType> {
  /** Public name, snake case, at most 64 characters. */
  readonly name: string;
  readonly title: string;
  /** For the model: what it does, what it returns, when to use it. */
  readonly description: string;
  readonly annotations: ToolAnnotations;
  /** The scope a caller needs. `any` admits every signed-in person whose role holds any scope. */
  readonly scope: Scope | "any";
  /**
   * For what only leads on to tools: their scopes. The role must allow all of them; the token needn't hold them yet,
   * because it is those tools that need them.
   */
  readonly leads_to?: readonly Scope[];
  /** A strict object: unknown fields are refused. */
  readonly input: Input;
  /** What `data` holds in the answer. Validated before anything is passed on. */
  readonly output: Output;
}

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
  extends Declared<Input, Output> {
  readonly kind: "read";
  /** The read-only credentials it uses: one for each vendor that it asks. */
  readonly credentials: readonly Credential[];
  readonly run: (input: z.output<Input>, context: ReadContext) => Promise<ReadOutcome<z.output<Output>>>;
}

/** What a state change acts on. */
export interface Target {
  /** `device`, `user`, … */
  readonly kind: string;
  readonly id: string;
}

/** `device/<id>`: how a target is written everywhere. */
export function targetName(target: Target): string {
  return `${target.kind}/${target.id}`;
}

/** What the gate needs to know of a target. */
export interface TargetAttributes {
  /** Only where the target has one. `unknown`: nobody has rated it. */
  readonly criticality?: "low" | "medium" | "high" | "critical" | "unknown";
  /** `null`: it isn't known, and counts as yes. */
  readonly administrator?: boolean | null;
}

/** A target as it stands now: read before the change, and to find out afterwards what became of it. */
export type Inspection<Data> =
  | { readonly exists: false }
  | {
      readonly exists: true;
      readonly attributes: TargetAttributes;
      /** The target is already, or is becoming, what this tool would make it. */
      readonly in_effect: true;
      /** By this very operation's own doing, as its mark on the target shows: it must not be sent again. */
      readonly landed?: true;
      /** The tool's `data` for the target as it stands. */
      readonly data: Data;
      /** The state of a thing that was created, in the vendor's own word. */
      readonly state?: string | null | undefined;
    }
  | {
      readonly exists: true;
      readonly attributes: TargetAttributes;
      readonly in_effect: false;
      /** The vendor doesn't say how it stands, or in a word that we don't know: this read shows nothing. */
      readonly unsure?: true;
      /** This very operation took effect, and somebody has changed the state since: it must not be sent again. */
      readonly landed?: true;
      /** The same, or `null` where the target has yet to be created. */
      readonly data: Data | null;
    };

/** What a vendor's answer to a state change proves. */
export type Conclusion<Data> =
  /** The vendor says it took the change on. */
  | { readonly outcome: "done"; readonly data: Data }
  /** The vendor documents this answer as "nothing was done". */
  | { readonly outcome: "no_effect"; readonly failure: Failure }
  /** Anything else. Silence and a 500 prove nothing either way. */
  | { readonly outcome: "unknown"; readonly failure: Failure };

/** What a vendor's answer is judged by. */
export interface Asked<Input, Data> {
  readonly input: Input;
  readonly operation_id: string;
  /** The target's `data` as the gate read it, or `null` where it had yet to be created. */
  readonly before: Data | null;
}

/**
 * How a repeated state change is kept from taking effect twice.
 *
 * - `deterministic-create`: we choose a name that can be looked up.
 * - `probe`: the vendor can be read back.
 * - `none`: one dispatch, then an operator.
 */
export type EffectClass = "deterministic-create" | "probe" | "none";

export interface Effect {
  readonly class: EffectClass;
  /**
   * Whether the same request landing twice adds anything. What adds nothing may be repeated on purpose while the
   * first is still in doubt.
   */
  readonly repeat: "same" | "adds";
  /** How long a success answers for repeats, in milliseconds from the moment it succeeded. */
  readonly window_ms: number;
  /** How long the vendor gets to answer, in milliseconds. */
  readonly deadline_ms: number;
  /**
   * How long after the deadline a request can still land, in milliseconds: by the vendor's own word, or that of
   * the people who run the instance. `null` where nobody gives one: see `landingOf` in `effect/probing.ts`.
   */
  readonly landing_ms: (env: Env) => number | null;
  /** The tool that undoes this one, if any. */
  readonly reversed_by: string | null;
}

/** What the audit and the policy call a change that protects, or takes protection back: OCSF's countermeasures. */
export type Countermeasure = "isolate" | "restore" | "evict";

/** What there is to know of a tool that creates something. All that it creates at one source is one target. */
export interface Creation<Input> {
  /** The title: two creations with the same one are alike. */
  readonly title: (input: Input) => string;
  /** The states of the thing, in the vendor's own words, in which it still answers for what was asked. */
  readonly answers_while: readonly string[];
  /** Two are better than none: it may be repeated on purpose while the first is in doubt. */
  readonly rather_twice?: true;
}

/** What the vendor has accepted and not yet brought about. */
export interface Pending<Data> {
  readonly is: (data: Data) => boolean;
  /** The tool that shows when it is in force. */
  readonly read: string;
}

/** A tool that changes state at one vendor, on one target. */
export interface ChangeTool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType>
  extends Declared<Input, Output> {
  readonly kind: "change";
  /** The credential for the change itself; nothing else uses it. */
  readonly credential: Credential;
  /** The read-only credential for looking at the target. */
  readonly read_credential: Credential;
  readonly effect: Effect;
  readonly countermeasure: Countermeasure | null;
  /** `null` for tools that create something: see `creates`. */
  readonly target: ((input: z.output<Input>) => Target) | null;
  readonly creates?: Creation<z.output<Input>>;
  /** Facet → value. A done operation no longer answers once a later one gives a facet of it another value. */
  readonly sets: (input: z.output<Input>) => JsonObject;
  /** What it adds besides. With `sets` and the target it is what makes two calls the same action. */
  readonly says?: (input: z.output<Input>) => JsonObject;
  readonly pending?: Pending<z.output<Output>>;
  /** Looks at the target with the read credential. */
  readonly inspect: (
    input: z.output<Input>,
    upstream: Upstream,
    env: Env,
    operation_id: string,
  ) => Promise<Inspection<z.output<Output>>>;
  /** The one request that performs the change. Pure: nothing may be awaited between intent and dispatch. */
  readonly request: (input: z.output<Input>, operation_id: string, env: Env) => UpstreamRequest;
  /** What the vendor's answer proves. Pure. */
  readonly conclude: (
    answer: UpstreamAnswer,
    asked: Asked<z.output<Input>, z.output<Output>>,
  ) => Conclusion<z.output<Output>>;
}

export type Tool = ReadTool | ChangeTool;

/** Every credential that a tool may use. */
export function credentialsOf(tool: Tool): readonly Credential[] {
  return tool.kind === "read" ? tool.credentials : [tool.credential, tool.read_credential];
}

/** Declares a read. The declaration's type is the checklist. */
export function defineRead<Input extends z.ZodObject, Output extends z.ZodType>(
  tool: Omit<ReadTool<Input, Output>, "kind">,
): ReadTool {
  return { ...tool, kind: "read" } as unknown as ReadTool;
}

/** What a tool acts on, or what it creates. A type of its own, so that neither can be left out. */
type Acts<Input extends z.ZodObject, Output extends z.ZodType> = Required<
  Pick<ChangeTool<Input, Output>, "target">
> &
  (
    | { readonly target: null; readonly creates: Creation<z.output<Input>> }
    | { readonly target: (input: z.output<Input>) => Target; readonly creates?: never }
  );

/** Declares a state change. The declaration's type is the checklist. */
export function defineChange<Input extends z.ZodObject, Output extends z.ZodType>(
  tool: Omit<ChangeTool<Input, Output>, "kind" | "target" | "creates"> & Acts<Input, Output>,
): ChangeTool {
  return { ...tool, kind: "change" } as unknown as ChangeTool;
}
