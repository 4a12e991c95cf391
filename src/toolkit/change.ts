/** Tools that change state: what they declare, how a vendor makes the change, and what its answer proves. */
import type * as z from "zod";
import type { Failure } from "./failure.ts";
import type { JsonObject } from "./json.ts";
import type { Face } from "./tool.ts";
import type { Credential } from "./upstream/credential.ts";
import type { Upstream, UpstreamAnswer, UpstreamRequest } from "./upstream/upstream.ts";

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

/** What the audit and the policy call a change that protects, or takes protection back: OCSF's countermeasures. */
export type Countermeasure = "isolate" | "restore" | "evict";

/** What there is to know of a tool that creates something. All that it creates at one source is one target. */
export interface Creation<Input> {
  /** The title: two creations with the same one are alike. */
  readonly title: (input: Input) => string;
  /** Two are better than none: it may be repeated on purpose while the first is in doubt. */
  readonly rather_twice?: true;
}

/** What the vendor has accepted and not yet brought about. */
export interface Pending<Data> {
  readonly is: (data: Data) => boolean;
  /** The tool that shows when it is in force. */
  readonly read: string;
}

/** A change that vendors serve: what a model sees of it, and what it is about, whoever makes it. */
export interface ChangeSpec<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType>
  extends Face<Input, Output> {
  readonly kind: "change";
  /** What it belongs to: vendors that serve one tool of a capability are the sources of its ids. */
  readonly capability: string;
  readonly countermeasure: Countermeasure | null;
  /** How long a success answers for repeats, in milliseconds from the moment it succeeded. */
  readonly window_ms: number;
  /** The tool that undoes this one, if any. */
  readonly reversed_by: string | null;
  /** `null` for tools that create something: see `creates`. */
  readonly target: ((input: z.output<Input>) => Target) | null;
  readonly creates?: Creation<z.output<Input>>;
  /** Facet → value. A done operation no longer answers once a later one gives a facet of it another value. */
  readonly sets: (input: z.output<Input>) => JsonObject;
  /** What it adds besides. With `sets` and the target it is what makes two calls the same action. */
  readonly says?: (input: z.output<Input>) => JsonObject;
  readonly pending?: Pending<z.output<Output>>;
}

/** What a tool acts on, or what it creates. A type of its own, so that neither can be left out. */
type Acts<Input extends z.ZodObject> =
  | { readonly target: null; readonly creates: Creation<z.output<Input>> }
  | { readonly target: (input: z.output<Input>) => Target; readonly creates?: never };

/** Declares a change that vendors serve. The declaration's type is the checklist. */
export function changeSpec<Input extends z.ZodObject, Output extends z.ZodType>(
  spec: Omit<ChangeSpec<Input, Output>, "kind" | "target" | "creates"> & Acts<Input>,
): ChangeSpec<Input, Output> {
  return { ...spec, kind: "change" };
}

/** One vendor's way to make a change. Everything about proof is the vendor's. */
export interface ChangePort<Input, Data, Settings> {
  /** The credential for the change itself; nothing else uses it. */
  readonly credential: Credential<Settings>;
  /** The read-only credential for looking at the target. */
  readonly read_credential: Credential<Settings>;
  readonly class: EffectClass;
  /**
   * Whether the same request landing twice adds anything. What adds nothing may be repeated on purpose while the
   * first is still in doubt.
   */
  readonly repeat: "same" | "adds";
  /** How long the vendor gets to answer, in milliseconds. */
  readonly deadline_ms: number;
  /**
   * How long after the deadline a request can still land, in milliseconds: by the vendor's own word, or that of
   * the people who run the instance. `null` where nobody gives one: see `landingOf` in `effect/probing.ts`.
   */
  readonly landing_ms: (settings: Settings) => number | null;
  /** Of a creation: the states of the thing, in the vendor's own words, in which it still answers for what was asked. */
  readonly answers_while?: readonly string[];
  /** Looks at the target with the read credential. */
  readonly inspect: (
    input: Input,
    at: { readonly settings: Settings; readonly upstream: Upstream; readonly operation_id: string },
  ) => Promise<Inspection<Data>>;
  /** The one request that performs the change. Pure: nothing may be awaited between intent and dispatch. */
  readonly request: (
    input: Input,
    at: { readonly settings: Settings; readonly operation_id: string },
  ) => UpstreamRequest;
  /** What the vendor's answer proves. Pure. */
  readonly conclude: (answer: UpstreamAnswer, asked: Asked<Input, Data>) => Conclusion<Data>;
}

/** A change, with those who make it, by the names of the sources. */
export interface ChangeTool extends ChangeSpec {
  readonly ports: ReadonlyMap<string, AnyChangePort>;
}

// biome-ignore lint/suspicious/noExplicitAny: ports of all inputs and settings lie in one map; `serve` has checked each
export type AnyChangePort = ChangePort<any, unknown, any>;

/** The port that makes a change of this target. @throws TypeError if the tool has none for its source */
export function portOf({ name, ports }: Pick<ChangeTool, "name" | "ports">, target: Target): AnyChangePort {
  const source = target.kind === "creation" ? target.id.split("/").at(-1) : target.id.split(":").at(0);
  const port = ports.size === 1 ? ports.values().next().value : ports.get(source ?? "");
  if (port === undefined) throw new TypeError(`${name} has no source for ${targetName(target)}`);
  return port;
}

/** A change together with those who make it, by the names of the sources. */
export function changeTool(spec: ChangeSpec, ports: Readonly<Record<string, AnyChangePort>>): ChangeTool {
  return { ...spec, ports: new Map(Object.entries(ports)) };
}
