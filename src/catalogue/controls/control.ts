/** Declares what a control is: its question, what it reads, and how it judges that. */
import type { Env } from "../../bindings.ts";
import type { Failure } from "../../toolkit/failure.ts";
import type { JsonObject } from "../../toolkit/json.ts";
import type { Severity } from "../../toolkit/severity.ts";
import type { Credential } from "../../toolkit/upstream/credential.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import type { Requirements } from "./frameworks.ts";

/** What a read came to, as far as it got. */
export interface Part<Item> {
  readonly items: readonly Item[];
  /** Why some are missing, or `null`. */
  readonly error: Failure | null;
  /** There are more than one check reads. */
  readonly more: boolean;
}

/** One thing that a control reads of one source. */
export interface Read<Item> {
  /** What is read, as it stands in evidence: "open critical vulnerabilities". */
  readonly what: string;
  /** A read-only credential. */
  readonly credential: Credential;
  /**
   * The whole of something that can't be empty, such as all devices. A source that holds none at all is the wrong
   * one, or its credential sees nothing; nobody is compliant for that.
   */
  readonly population: boolean;
  /** @throws Failure if nothing could be read */
  readonly run: (upstream: Upstream, context: ReadingContext) => Promise<Part<Item>>;
}

export interface ReadingContext {
  readonly env: Env;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Something that keeps a control from passing. */
export interface Violation {
  /** What it is found on, in OCSF's words for a resource. */
  readonly resource: { readonly type: string; readonly uid: string; readonly name: string | null };
  /** What was seen of it. Ids carry the name of the argument that takes them. */
  readonly facts: JsonObject;
}

type Reads = Readonly<Record<string, Read<unknown>>>;

/** What the reads brought, under their names. */
type ItemsOf<Of extends Reads> = {
  readonly [Name in keyof Of]: Of[Name] extends Read<infer Item> ? readonly Item[] : never;
};

/** A compliance question that evidence can answer. */
export interface Control<Of extends Reads = Reads> {
  /** Kebab case; also the name of its file. */
  readonly control_id: string;
  readonly title: string;
  /** A pass is a yes. */
  readonly question: string;
  /** What a violation is, in the plural: "critical vulnerabilities open for more than 30 days". */
  readonly violations: string;
  readonly requirements: Requirements;
  /** How bad a failure is. */
  readonly severity: Severity;
  readonly reads: Of;
  /**
   * What is wrong, the worst first. Pure. It may count on what it is given only: if a read is incomplete, what it
   * finds is still true, but finding nothing proves nothing.
   * @param now milliseconds since the epoch
   */
  readonly judge: (items: ItemsOf<Of>, now: number) => readonly Violation[];
}

/** Declares a control. The declaration's type is the checklist. */
export function defineControl<Of extends Reads>(control: Control<Of>): Control {
  return control as unknown as Control;
}
