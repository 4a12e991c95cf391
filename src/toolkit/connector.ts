/** What one vendor contributes to a deployment, as one value. */
import type * as z from "zod";
import type { AnyChangePort, ChangePort, ChangeSpec } from "./change.ts";
import type { ReadPort, ReadSpec } from "./read.ts";
import type { Credential } from "./upstream/credential.ts";
import type { Vendor } from "./upstream/vendor.ts";
import type { VendorCheck } from "./upstream/vendor-check.ts";

// biome-ignore lint/suspicious/noExplicitAny: ports of all inputs and settings lie in one list; `serve` has checked each
export type AnyReadPort = ReadPort<any, unknown, any, any, any>;

/** A tool of a capability, and how a vendor answers it. */
export type Served =
  | { readonly kind: "read"; readonly spec: ReadSpec; readonly port: AnyReadPort }
  | { readonly kind: "change"; readonly spec: ChangeSpec; readonly port: AnyChangePort };

/** One vendor. */
export interface Connector {
  readonly vendor: Vendor;
  /** Each for one purpose, so that any one can be revoked alone. */
  readonly credentials: readonly Credential[];
  readonly serves: readonly Served[];
  /** What `npm run doctor` tries at the vendor. */
  readonly checks: readonly VendorCheck[];
}

/**
 * Declares that a vendor answers a read. The types hold the port against the tool, and against the settings that its
 * credentials are made of.
 */
export function serve<
  Input extends z.ZodObject,
  Output extends z.ZodType,
  Settings,
  Position = never,
  Next = Position,
>(
  spec: ReadSpec<Input, Output>,
  port: ReadPort<z.output<Input>, z.output<Output>, Settings, Position, Next>,
): Served;
/** Declares that a vendor makes a change. */
export function serve<Input extends z.ZodObject, Output extends z.ZodType, Settings>(
  spec: ChangeSpec<Input, Output>,
  port: ChangePort<z.output<Input>, z.output<Output>, Settings>,
): Served;
export function serve(spec: Pick<ReadSpec | ChangeSpec, "kind">, port: unknown): Served {
  return { kind: spec.kind, spec, port } as unknown as Served;
}
