/** Writes a device as the vendor does. */
import type { Host, HostKind } from "../../estate/hosts.ts";
import { stableId } from "../../estate/random.ts";
import type { ContainmentStatus } from "./containment.ts";

/** A device as PostDeviceDetailsV2 has it: `deviceapi.DeviceSwagger` in the vendor's document. */
export type DeviceRecord = Record<string, unknown> & {
  device_id: string;
  hostname: string;
  status: ContainmentStatus;
};

/** Acme's customer id (CID). */
export const customerId = stableId("customer");

interface Build {
  platform_name: "Windows" | "Mac" | "Linux";
  platform_id: string;
  os_version: string;
  os_build: string;
  major_version: string;
  minor_version: string;
  kernel_version: string;
  product_type: string;
  product_type_desc: "Workstation" | "Server" | "Domain Controller";
  chassis_type: string;
  chassis_type_desc: string;
  system_manufacturer: string;
  system_product_name: string;
  bios_manufacturer: string;
  bios_version: string;
}

const laptop = { chassis_type: "10", chassis_type_desc: "Notebook" } as const;
const rack = { chassis_type: "23", chassis_type_desc: "Rack Mount Chassis" } as const;
const dell = {
  system_manufacturer: "Dell Inc.",
  bios_manufacturer: "Dell Inc.",
  bios_version: "1.18.2",
} as const;
const windows = {
  platform_name: "Windows",
  platform_id: "0",
  major_version: "10",
  minor_version: "0",
} as const;
const windowsServer = {
  ...windows,
  ...rack,
  ...dell,
  os_version: "Windows Server 2022",
  os_build: "20348",
  kernel_version: "10.0.20348.2966",
  system_product_name: "PowerEdge R650",
} as const;

const builds: Record<HostKind, Build> = {
  "windows-laptop": {
    ...windows,
    ...laptop,
    ...dell,
    os_version: "Windows 11",
    os_build: "26100",
    kernel_version: "10.0.26100.4652",
    product_type: "1",
    product_type_desc: "Workstation",
    system_product_name: "Latitude 7450",
  },
  mac: {
    ...laptop,
    platform_name: "Mac",
    platform_id: "1",
    major_version: "24",
    minor_version: "6",
    os_version: "Sequoia (15)",
    os_build: "24G90",
    kernel_version: "24.6.0",
    product_type: "1",
    product_type_desc: "Workstation",
    system_manufacturer: "Apple Inc.",
    system_product_name: "Mac15,6",
    bios_manufacturer: "Apple Inc.",
    bios_version: "11881.140.96",
  },
  "windows-server": { ...windowsServer, product_type: "3", product_type_desc: "Server" },
  "domain-controller": { ...windowsServer, product_type: "2", product_type_desc: "Domain Controller" },
  "linux-server": {
    ...rack,
    ...dell,
    platform_name: "Linux",
    platform_id: "3",
    major_version: "6",
    minor_version: "8",
    os_version: "Ubuntu 24.04",
    os_build: "",
    kernel_version: "6.8.0-79-generic",
    product_type: "3",
    product_type_desc: "Server",
    system_product_name: "PowerEdge R650",
  },
};

/** Falcon writes times without fractions of a second. */
const time = (epochMs: number) => new Date(epochMs).toISOString().replace(/\.\d+Z$/, "Z");

/** The times that a record needs, epoch ms. */
export interface Times {
  lastSeen: number;
  firstSeen: number;
  /** When containment last changed, if it ever did. */
  changed: number | undefined;
}

/** Turns a host into the vendor's record of it. */
export function deviceRecord(host: Host, status: ContainmentStatus, times: Times): DeviceRecord {
  const build = builds[host.kind];
  const isWorkstation = build.product_type_desc === "Workstation";
  const user = isWorkstation ? host.owner.login : `svc-${host.kind === "linux-server" ? "deploy" : "backup"}`;
  return {
    device_id: host.id,
    cid: customerId,
    agent_load_flags: "0",
    agent_local_time: time(times.lastSeen),
    agent_version: host.kind === "linux-server" ? "7.28.18108.0" : "7.29.20108.0",
    bios_manufacturer: build.bios_manufacturer,
    bios_version: build.bios_version,
    chassis_type: build.chassis_type,
    chassis_type_desc: build.chassis_type_desc,
    config_id_base: "65994767",
    config_id_build: "20108",
    config_id_platform: build.platform_id,
    connection_ip: host.localIp,
    connection_mac_address: host.mac,
    cpu_signature: "526081",
    cpu_vendor: build.platform_name === "Mac" ? "2" : "0",
    criticality: host.criticality,
    default_gateway_ip: host.gatewayIp,
    deployment_type: "Standard",
    external_ip: host.externalIp,
    filesystem_containment_status: "normal",
    first_seen: time(times.firstSeen),
    groups: [stableId(`group/${build.product_type_desc}`), stableId(`group/${host.site}`)],
    group_hash: stableId(`groups/${build.product_type_desc}/${host.site}`, 64),
    hostname: host.hostname,
    kernel_version: build.kernel_version,
    last_login_timestamp: time(times.lastSeen - 45 * 60_000),
    last_login_user: build.platform_name === "Windows" ? `ACME\\${user}` : user,
    last_reboot: time(times.lastSeen - 3 * 86_400_000),
    last_seen: time(times.lastSeen),
    local_ip: host.localIp,
    mac_address: host.mac,
    ...(build.platform_name === "Windows" && {
      machine_domain: "acme.test",
      ou: [isWorkstation ? "Laptops" : "Servers"],
    }),
    major_version: build.major_version,
    meta: { version: "1", version_string: `1:${host.id.slice(0, 8)}` },
    minor_version: build.minor_version,
    modified_timestamp: time(Math.max(times.lastSeen, times.changed ?? 0)),
    os_build: build.os_build,
    os_version: build.os_version,
    platform_id: build.platform_id,
    platform_name: build.platform_name,
    product_type: build.product_type,
    product_type_desc: build.product_type_desc,
    provision_status: "Provisioned",
    reduced_functionality_mode: "no",
    rtr_state: "enabled",
    serial_number: host.serial,
    site_name: host.site,
    status,
    system_manufacturer: build.system_manufacturer,
    system_product_name: build.system_product_name,
    tags: [`FalconGroupingTags/${host.owner.department.replaceAll(" ", "")}`],
  };
}
