import type { DiskBugs } from "./memory.ts";
import type { Fate } from "./vendor.ts";

/** One call: what it is about decides the arguments, see `tools.ts`. */
export interface CallAction {
  readonly do: "call";
  readonly person: number;
  readonly tool: number;
  /** Which of the tool's arguments. */
  readonly args: number;
  readonly finding: number | null;
  readonly key: number | null;
  readonly supersede: boolean;
}

/** One thing that happens in a run. */
export type Action =
  | CallAction
  | { readonly do: "end"; readonly which: number; readonly fate: Fate }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "alarm" }
  /** With `zombie`, the old life goes on acting beside the new one. */
  | { readonly do: "crash"; readonly zombie: boolean }
  | { readonly do: "skew"; readonly ms: number }
  | { readonly do: "decide"; readonly yes: boolean; readonly by: number }
  | { readonly do: "settle"; readonly happened: boolean };

/** What a planted bug may replace. */
export interface Bugs extends DiskBugs {
  readonly key?: (key: string, now: number) => string;
  /** A caller's own key is part of what a creation's target is called. */
  readonly key_in_target?: true;
  /** The intent is written only once the vendor has answered. */
  readonly write_after_effect?: true;
  /** After a crash, what was on the wire counts as not done. */
  readonly lease_expiry_is_absence?: true;
  /** A request that timed out counts as not done. */
  readonly retry_of_timeouts?: true;
  /** The vendor's bound is taken for the last landing, though what lands is seen only later. */
  readonly early_look?: true;
}
