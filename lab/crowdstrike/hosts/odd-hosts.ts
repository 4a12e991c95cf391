/**
 * Hosts of which Falcon knows little, or says something unusual: real records lack what their sensor can't tell. All of
 * them are switched off, so that nobody who looks for a plain host comes upon one.
 */
import { hosts } from "../../estate/hosts.ts";
import type { DeviceRecord } from "./device-record.ts";

/** All that a sensor may report of its host, and that some don't. */
const OF_THE_HOST = `
  agent_load_flags agent_local_time bios_manufacturer bios_version chassis_type chassis_type_desc config_id_base
  config_id_build config_id_platform connection_ip connection_mac_address cpu_signature cpu_vendor criticality
  default_gateway_ip deployment_type external_ip filesystem_containment_status groups group_hash hostname
  kernel_version last_login_timestamp last_login_user last_reboot local_ip mac_address machine_domain major_version
  meta minor_version os_build os_version ou product_type product_type_desc provision_status
  reduced_functionality_mode rtr_state serial_number site_name system_manufacturer system_product_name tags`
  .trim()
  .split(/\s+/);

type Change = (record: DeviceRecord) => DeviceRecord;

const without =
  (names: readonly string[]): Change =>
  (record) =>
    Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name))) as DeviceRecord;

const withOther =
  (values: object): Change =>
  (record) => ({ ...record, ...values });

const CHANGES: ReadonlyMap<number, Change> = new Map([
  [91, without(OF_THE_HOST)],
  [98, withOther({ criticality: "Tier 0" })],
  [112, withOther({ criticality: "Unassigned", external_ip: "2001:db8:20::41" })],
  [
    119,
    withOther({
      platform_name: "Android",
      product_type_desc: "Mobile",
      hostname: "Pixel 8 of Ada",
    }),
  ],
  [133, withOther({ status: "containment_failed" })],
]);

const CHANGE_OF: ReadonlyMap<string, Change> = new Map(
  [...CHANGES].flatMap(([index, change]) => (hosts[index] ? [[hosts[index].id, change] as const] : [])),
);

/** The record as Falcon has it: of an odd host, with what is odd about it. */
export function asKnown(record: DeviceRecord): DeviceRecord {
  return CHANGE_OF.get(record.device_id)?.(record) ?? record;
}
