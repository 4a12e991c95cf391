import type { DeviceRecord } from "./device-record.ts";
import { type Fql, FqlError, type FqlOperator, parseFql, unescapeFql } from "./fql.ts";

/** How a property is compared. */
type PropertyKind = "text" | "time";

const texts = `
  agent_version bios_manufacturer bios_version chassis_type_desc cid criticality deployment_type device_id
  external_ip groups hostname kernel_version last_login_user local_ip mac_address machine_domain major_version
  minor_version os_build os_version ou platform_id platform_name product_type product_type_desc provision_status
  reduced_functionality_mode serial_number site_name status system_manufacturer system_product_name tags`;
const times = "agent_local_time first_seen last_login_timestamp last_reboot last_seen modified_timestamp";

/** What devices can be filtered and sorted by. A property that isn't here is refused, not ignored. */
const properties = new Map<string, PropertyKind>([
  ...texts
    .trim()
    .split(/\s+/)
    .map((name): [string, PropertyKind] => [name, "text"]),
  ...times.split(" ").map((name): [string, PropertyKind] => [name, "time"]),
]);

/**
 * The devices that a filter holds for, in the order asked for.
 * @param sort `property.asc`, `property.desc`, or the same with `|`
 * @throws FqlError for a filter or an order that the vendor would refuse
 */
export function queryDevices(
  devices: readonly DeviceRecord[],
  filter: string | null,
  sort: string | null,
  now: number,
): DeviceRecord[] {
  const matches = filter ? compile(parseFql(filter), now) : () => true;
  const found = devices.filter(matches);
  if (!sort) return found;
  const [, property = "", direction = "asc"] = /^(\w+)(?:[.|](asc|desc))?$/.exec(sort) ?? [];
  if (!properties.has(property)) throw new FqlError(`invalid sort: ${sort}`);
  const sign = direction === "asc" ? 1 : -1;
  const key = (device: DeviceRecord) => String(device[property] ?? "");
  return found.toSorted((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

type Predicate = (device: DeviceRecord) => boolean;

function compile(filter: Fql, now: number): Predicate {
  if (filter.kind === "clause") return compileClause(filter, now);
  const terms = filter.terms.map((term) => compile(term, now));
  return filter.kind === "and"
    ? (device) => terms.every((term) => term(device))
    : (device) => terms.some((term) => term(device));
}

function compileClause({ property, operator, values }: Fql & { kind: "clause" }, now: number): Predicate {
  const kind = properties.get(property);
  if (!kind) throw new FqlError(`invalid filter: unknown property ${property}`);
  const negated = operator.startsWith("!");
  const test =
    kind === "time" ? timeTest(property, operator, values, now) : textTest(property, operator, values);
  return (device) => {
    const value = device[property];
    const candidates = (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
    return candidates.some(test) !== negated;
  };
}

function textTest(property: string, operator: FqlOperator, values: string[]): (value: string) => boolean {
  switch (operator) {
    case "":
    case "!":
    case "*":
    case "!*": {
      // The vendor compares hostnames without regard to case, and takes an asterisk at either end of a plain value
      // for a wildcard.
      const patterns = values.map((value) => glob(value, property === "hostname", operator.endsWith("*")));
      return (value) => patterns.some((pattern) => pattern.test(value));
    }
    case "~*": {
      const patterns = values.map((value) => glob(value, true, true));
      return (value) => patterns.some((pattern) => pattern.test(value));
    }
    case "~":
    case "!~": {
      const fold = (text: string) => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
      const wanted = values.map((value) => fold(unescapeFql(value)));
      return (value) => wanted.some((text) => fold(value).includes(text));
    }
    default:
      throw new FqlError(`invalid filter: operator ${operator} doesn't apply to ${property}`);
  }
}

/** A pattern that holds for the whole value. `everywhere`: an asterisk is a wildcard in the middle, too. */
function glob(value: string, ignoreCase: boolean, everywhere: boolean): RegExp {
  const source = [...value.matchAll(/\\(.)|(.)/gs)]
    .map(([, escaped, plain], index, all) => {
      const isWildcard = plain === "*" && (everywhere || index === 0 || index === all.length - 1);
      return isWildcard ? ".*" : escapeRegExp(escaped ?? plain ?? "");
    })
    .join("");
  return new RegExp(`^${source}$`, ignoreCase ? "isu" : "su");
}

const escapeRegExp = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");

function timeTest(
  property: string,
  operator: FqlOperator,
  values: string[],
  now: number,
): (value: string) => boolean {
  const times = values.map((value) => timeOf(unescapeFql(value), now));
  const [first = Number.NaN] = times;
  switch (operator) {
    case "":
    case "!":
      return (value) => times.includes(Date.parse(value));
    case ">":
      return (value) => Date.parse(value) > first;
    case ">=":
      return (value) => Date.parse(value) >= first;
    case "<":
      return (value) => Date.parse(value) < first;
    case "<=":
      return (value) => Date.parse(value) <= first;
    default:
      throw new FqlError(`invalid filter: operator ${operator} doesn't apply to ${property}`);
  }
}

const unitsMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `2026-11-22T10:00:00Z`, a date, or relative to now: `now-7d`. */
function timeOf(text: string, now: number): number {
  const relative = /^now(?:([+-])(\d+)([smhdw]))?$/.exec(text);
  if (relative) {
    const [, sign, amount = "0", unit = "s"] = relative;
    return now + (sign === "-" ? -1 : 1) * Number(amount) * (unitsMs[unit] ?? 0);
  }
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new FqlError(`invalid filter: ${text} is not a time`);
  return time;
}
