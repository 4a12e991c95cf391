/** Finds devices by FQL. */
import { propertiesOf, queryRecords } from "../fql-query.ts";
import type { DeviceRecord } from "./device-record.ts";

const properties = propertiesOf({
  text: `
    agent_version bios_manufacturer bios_version chassis_type_desc cid criticality deployment_type device_id
    external_ip groups hostname kernel_version local_ip local_ip.raw mac_address machine_domain major_version
    minor_version os_build os_version ou platform_id platform_name product_type product_type_desc provision_status
    reduced_functionality_mode serial_number site_name status system_manufacturer system_product_name tags`,
  time: "agent_local_time first_seen last_login_timestamp last_reboot last_seen modified_timestamp",
});

/** The devices that a filter holds for, in the order asked for. @throws FqlError as {@link queryRecords} does */
export function queryDevices(
  devices: readonly DeviceRecord[],
  filter: string | null,
  sort: string | null,
  now: number,
): DeviceRecord[] {
  return queryRecords(devices, properties, filter, sort, now);
}
