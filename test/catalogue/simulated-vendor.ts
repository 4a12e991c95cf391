/** Vendors of the capability `devices` that hold what a test gives them. They are asked over no network. */
import * as z from "zod";
import { containDevice } from "../../src/capabilities/devices/contain-device.ts";
import type { Device } from "../../src/capabilities/devices/device.ts";
import { getDevice } from "../../src/capabilities/devices/get-device.ts";
import { searchDevices } from "../../src/capabilities/devices/search-devices.ts";
import { createTicket } from "../../src/capabilities/tickets/create-ticket.ts";
import { type Connector, type Served, serve } from "../../src/toolkit/connector.ts";
import type { Absent, Found, ReadPage } from "../../src/toolkit/read.ts";
import type { Credential } from "../../src/toolkit/upstream/credential.ts";
import type { Vendor } from "../../src/toolkit/upstream/vendor.ts";
import { exampleVendor } from "../downstream/example-vendor.ts";

/** A device, as a vendor names it. */
export function device(device_id: string, named: Partial<Device> = {}): Device {
  return {
    device_id,
    hostname: null,
    ip: null,
    external_ip: null,
    mac: null,
    serial_number: null,
    type: "Server",
    os: { name: null, type: "Linux" },
    agent_list: [],
    last_seen_time: null,
    last_login: { user: null, time: null },
    tags: [],
    containment: "normal",
    vendor_containment: null,
    criticality: "unknown",
    vendor_criticality: null,
    ...named,
  };
}

type Searched = Found<{ devices: Device[] }, number> | Absent;

/** How it answers searches. Without it, it holds ten devices, `<name>-0` to `<name>-9`. */
export type Search = (input: object, page: ReadPage<number>) => Searched | Promise<Searched>;

/** A vendor, what it was asked, and the environment that it is configured by. */
export interface Simulated {
  readonly connector: Connector;
  readonly asked: { readonly input: object; readonly page: ReadPage<number> }[];
  readonly env: Readonly<Record<string, string>>;
  readonly read: Credential;
  readonly change: Credential;
}

export function simulated(
  name: string,
  search: Search = tenOf(name),
  filters?: readonly ("query" | "os")[],
): Simulated {
  const prefix = name.toUpperCase();
  const vendor: Vendor = {
    ...exampleVendor,
    name,
    title: `The ${name} vendor`,
    settings: z.object({ [`${prefix}_BASE_URL`]: z.string() }),
    budget: { ...exampleVendor.budget, shares: { [`${name}.read`]: 0.5, [`${name}.change`]: 0.5 } },
  };
  const [read, change] = ["read", "change"].map((purpose) => credentialOf(vendor, purpose)) as [
    Credential,
    Credential,
  ];
  const asked: Simulated["asked"] = [];
  const serves: Served[] = [
    serve(searchDevices, {
      credentials: [read],
      position: z.int().min(0),
      ...(filters === undefined ? {} : { filters }),
      async read(input, page) {
        asked.push({ input, page });
        return search(input, page);
      },
    }),
    serve(getDevice, {
      credentials: [read],
      read: async ({ device_id }) =>
        device_id.startsWith(name)
          ? { data: device(device_id) }
          : { absent: { kind: "device", id: device_id } },
    }),
    serve(containDevice, {
      ...changesBy(read, change),
      request: ({ device_id }) => ({ operation: "contain", method: "POST", path: `/${device_id}` }),
      conclude: (_answer, { input: { device_id } }) => ({
        outcome: "done",
        data: { device_id, hostname: null, containment: "contained" as const },
      }),
    }),
    serve(createTicket, {
      ...changesBy(read, change),
      request: () => ({ operation: "create", method: "POST", path: "/" }) as const,
      conclude: () => {
        throw new TypeError("nothing is sent");
      },
    }),
  ];
  const env = { [`${prefix}_BASE_URL`]: `https://${name}.example`, [`${prefix}_API_KEY`]: "key" };
  return { connector: { vendor, credentials: [read, change], serves, checks: [] }, asked, env, read, change };
}

/** A page of ten devices. */
export function tenOf(name: string): Search {
  return (_input, { from, limit }) => {
    const begin = from ?? 0;
    const ids = Array.from({ length: 10 }, (_, nth) => `${name}-${nth}`).slice(begin, begin + limit);
    return {
      data: { devices: ids.map((id) => device(id)) },
      next: begin + limit < 10 ? begin + limit : null,
      total: 10,
    };
  };
}

function credentialOf(vendor: Vendor, purpose: string): Credential {
  return {
    name: `${vendor.name}.${purpose}`,
    vendor,
    permission: purpose,
    secrets: z.object({ [`${vendor.name.toUpperCase()}_API_KEY`]: z.string() }),
    baseUrl: () => `https://${vendor.name}.example`,
    mint: () => Promise.reject(new TypeError("nothing is asked over a network")),
    authorize: () => undefined,
  };
}

function changesBy(read_credential: Credential, credential: Credential) {
  return {
    credential,
    read_credential,
    class: "probe",
    repeat: "same",
    deadline_ms: 1_000,
    landing_ms: () => null,
    inspect: async () => ({ exists: false }) as const,
  } as const;
}
