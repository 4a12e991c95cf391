/** The tools of capabilities, each put together once, however many vendors serve it. */
import * as z from "zod";
import { type AnyChangePort, type ChangeSpec, changeTool } from "../toolkit/change.ts";
import type { AnyReadPort, Connector } from "../toolkit/connector.ts";
import type { ReadSpec } from "../toolkit/read.ts";
import type { Tool } from "../toolkit/tool.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import { sideBySide } from "./side-by-side.ts";

/** Every tool that the connectors serve. */
export function assembled(connectors: readonly Connector[]): Tool[] {
  const reads = new Map<ReadSpec, Record<string, AnyReadPort>>();
  const changes = new Map<ChangeSpec, Record<string, AnyChangePort>>();
  for (const { vendor, serves } of connectors) {
    for (const served of serves) {
      if (served.kind === "read") add(reads, served.spec, vendor.name, served.port);
      else add(changes, served.spec, vendor.name, served.port);
    }
  }
  return [
    ...[...reads].map(([spec, ports]) => sideBySide(spec, ports, (named) => reads.get(named) ?? {})),
    ...[...changes].map(([spec, ports]) => changeTool(choosing(spec, Object.keys(ports)), ports)),
  ];
}

/** A creation has no id that would name its source. */
function choosing(spec: ChangeSpec, sources: readonly string[]): ChangeSpec {
  if (spec.target !== null || sources.length < 2) return spec;
  const source = z.enum(sources).describe("Where");
  return { ...spec, input: z.strictObject({ ...spec.input.shape, source }) };
}

/** A vendor that has things of a capability, and the credentials that it is asked by. */
export interface SourceOfThings {
  readonly name: string;
  readonly credentials: readonly Credential[];
}

/** The vendors that have things of each capability. */
export function sourcesIn(connectors: readonly Connector[]): ReadonlyMap<string, readonly SourceOfThings[]> {
  const capabilities = new Set(connectors.flatMap(({ serves }) => serves.map(({ spec }) => spec.capability)));
  return new Map(
    [...capabilities].map((capability) => [
      capability,
      connectors.flatMap(({ vendor, serves, credentials }) =>
        serves.some(({ spec }) => spec.capability === capability) ? [{ name: vendor.name, credentials }] : [],
      ),
    ]),
  );
}

function add<Spec extends { readonly name: string }, Port>(
  tools: Map<Spec, Record<string, Port>>,
  spec: Spec,
  source: string,
  port: Port,
): void {
  const ports = tools.get(spec) ?? {};
  if (ports[source] !== undefined) throw new TypeError(`${source} serves ${spec.name} twice`);
  ports[source] = port;
  tools.set(spec, ports);
}
