/** What a caller calls a device, and whether an asset of the scanner is that. Pure. */
import * as z from "zod";
import { Failure } from "../../toolkit/failure.ts";
import type { Matched } from "../../toolkit/read.ts";

/** A device as it was asked for. */
export type ScannedDevice =
  | { readonly kind: "id" | "ip" | "mac" | "serial"; readonly value: string }
  /** `label` is the part before the first dot. */
  | { readonly kind: "name"; readonly value: string; readonly label: string };

/** Names and addresses of an asset, as the list of assets or a finding has them. */
export interface Names {
  readonly id: string;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly macs: readonly string[];
  readonly serials: readonly string[];
}

/** Ids of devices at other vendors: `crowdstrike:…`, and the bare digits of Falcon and of Defender. */
const FOREIGN = /^(?:[a-z][a-z0-9-]{0,30}:[!-~]|(?:[0-9a-f]{32}|[0-9a-f]{40})$)/i;

/**
 * What `text` says of a device.
 * @throws Failure `invalid_input` for another vendor's id
 */
export function deviceCalled(text: string): ScannedDevice {
  const value = text.trim().toLowerCase().replace(/\.$/, "");
  if (z.guid().safeParse(value).success) return { kind: "id", value };
  const address = addressOf(value);
  if (address !== null) return { kind: "ip", value: address };
  const mac = /[:-]/.test(value) ? macOf(value) : null;
  if (mac !== null) return { kind: "mac", value: mac };
  if (FOREIGN.test(value)) throw foreignId();
  return { kind: "name", value, label: labelOf(value) };
}

/**
 * A name that no asset has, taken for a serial number; `null` if it can't be one. The list of assets has no serial
 * numbers, but findings have.
 */
export function asSerial(device: ScannedDevice): ScannedDevice | null {
  const could_be = device.kind === "name" && /^(?=.*\d)[\w -]{6,}$/.test(device.value);
  return could_be ? { kind: "serial", value: device.value } : null;
}

/** By what an asset is the device that was asked for, or `null` if it isn't. */
export function matchedBy(
  device: ScannedDevice,
  { id, names, addresses, macs, serials }: Names,
): Matched["by"] | null {
  switch (device.kind) {
    case "id":
      return id.toLowerCase() === device.value ? "id" : null;
    case "ip":
      return addresses.some((address) => addressOf(address) === device.value) ? "ip" : null;
    case "mac":
      return macs.some((mac) => macOf(mac) === device.value) ? "mac" : null;
    case "serial":
      return serials.some((serial) => serial.toLowerCase() === device.value) ? "serial" : null;
    case "name":
      return byName(device, names);
  }
}

/**
 * A short name is that of every host whose name begins with it, whatever its domain. A long one is that of a host with
 * the same short name only where nothing says that the host is in another domain.
 */
function byName(
  { value, label }: { readonly value: string; readonly label: string },
  names: readonly string[],
) {
  const known = names
    .map((name) => name.toLowerCase().replace(/\.$/, ""))
    .filter((name) => addressOf(name) === null);
  const long = known.filter((name) => name.includes("."));
  if (value === label) {
    if (known.includes(value)) return "hostname";
    return long.some((name) => labelOf(name) === label) ? "hostname" : null;
  }
  if (long.includes(value)) return "fqdn";
  return long.length === 0 && known.includes(label) ? "hostname" : null;
}

function labelOf(name: string): string {
  return name.split(".")[0] ?? name;
}

/** An address in one spelling, or `null` for anything else. */
export function addressOf(text: string): string | null {
  if (z.ipv4().safeParse(text).success) return text;
  return z.ipv6().safeParse(text).success ? new URL(`http://[${text}]`).hostname : null;
}

/** The twelve digits of a MAC address, or `null` for anything else. */
function macOf(text: string): string | null {
  return /^[0-9a-f]{2}([:-]?[0-9a-f]{2}){5}$/i.test(text) ? text.replaceAll(/[:-]/g, "").toLowerCase() : null;
}

function foreignId(): Failure {
  const hint = "Look the device up with get_device, and give its hostname or its address.";
  return new Failure(
    "invalid_input",
    "The argument device is the id of another system, which Tenable doesn't know.",
    {
      next_step: hint,
      issues: [
        {
          path: "device",
          message: "It is an id of another system.",
          expected: "a hostname, an IP address, a MAC address, a serial number, or Tenable's id of the asset",
          hint,
        },
      ],
    },
  );
}
