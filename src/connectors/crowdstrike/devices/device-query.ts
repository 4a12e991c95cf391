/**
 * What a search for devices looks for, and how the Falcon Query Language says it. What it can't say is refused: another
 * question in its place would find something else, and nobody would notice.
 */
import * as z from "zod";
import { Failure } from "../../../toolkit/failure.ts";
import { anyClause, clause, matching } from "../fql.ts";
import { addressesIn } from "./cidr.ts";

/** How a query was understood: the vendor's properties that were looked at, and the filter. */
export interface QueryMeaning {
  readonly properties: readonly string[];
  readonly filter: string;
}

const ID = /^[0-9a-f]{32}$/i;
const MAC = /^[0-9a-f]{2}([:-]?)(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$|^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i;
/** A part of an IPv4 address. `local_ip.raw` takes asterisks where `local_ip` takes whole addresses only. */
const IP_PATTERN = /^(?=.*\d)(?=.*\.)(?=.*\*)[\d.*]+$/;
const DOMAIN_NAME = /^([\w-]+)\.([\w-]+(?:\.[\w-]+)+)$/;

/** @throws Failure `unsupported_filter` for what no filter of the vendor's can say */
export function meaningOf(query: string): QueryMeaning {
  if (/['\\]/.test(query))
    throw unsupported("A quote or a backslash can't stand in a filter of CrowdStrike's.");
  if (query.includes("?")) throw unsupported("CrowdStrike has no wildcard for a single character.");
  if (/^\*+$/.test(query)) throw unsupported("A search for everything needs no query.");
  if (ID.test(query)) return meaning(["device_id"], clause("device_id", query.toLowerCase()));
  if (MAC.test(query)) return macMeaning(query);
  if (z.ipv4().safeParse(query).success || z.ipv6().safeParse(query).success) return addressMeaning(query);
  if (query.includes("/")) return rangeMeaning(query);
  if (IP_PATTERN.test(query)) return meaning(["local_ip"], matching("local_ip.raw", query));
  if (query.includes(":")) throw unsupported("CrowdStrike takes whole IPv6 and MAC addresses only.");
  return nameMeaning(query);
}

/** The vendor writes six pairs in lower case, with hyphens. Without separators it might be another name. */
function macMeaning(query: string): QueryMeaning {
  const digits = query.toLowerCase().replaceAll(/[^0-9a-f]/g, "");
  const mac = clause("mac_address", (digits.match(/../g) ?? []).join("-"));
  if (digits.length < query.length) return meaning(["mac_address"], mac);
  const { properties, filter } = nameMeaning(query);
  return meaning(["mac_address", ...properties], anyClause([mac, filter]));
}

function addressMeaning(query: string): QueryMeaning {
  const properties = ["local_ip", "external_ip"];
  return meaning(properties, anyClause(properties.map((property) => clause(property, query))));
}

/** A range has no filter of its own: it is said as whole addresses, or as the octets that they begin with. */
function rangeMeaning(query: string): QueryMeaning {
  const addresses = addressesIn(query);
  if (addresses === null)
    throw unsupported("This is no range of IPv4 addresses that CrowdStrike can be asked for.");
  const clauses = addresses.map((address) =>
    address.includes("*") ? matching("local_ip.raw", address) : clause("local_ip", address),
  );
  return meaning(["local_ip"], anyClause(clauses));
}

/** A part of a name. A serial number is only found whole, and a name with its domain also in two properties. */
function nameMeaning(query: string): QueryMeaning {
  // The operator allows asterisks anywhere in the value. Without one of the caller's own, any part of a name.
  if (query.includes("*")) return meaning(["hostname"], matching("hostname", query));
  const [, label, domain] = DOMAIN_NAME.exec(query) ?? [];
  const clauses = [matching("hostname", `*${query}*`), clause("serial_number", query)];
  if (label === undefined || domain === undefined)
    return meaning(["hostname", "serial_number"], anyClause(clauses));
  const apart = `(${clause("hostname", label)}+${clause("machine_domain", domain)})`;
  return meaning(["hostname", "serial_number", "machine_domain"], anyClause([...clauses, apart]));
}

function meaning(properties: readonly string[], filter: string): QueryMeaning {
  return { properties, filter };
}

/** The failure that names `query` as what can't be said. */
export function unsupported(message: string): Failure {
  return new Failure("unsupported_filter", `CrowdStrike can't be searched for this. ${message}`, {
    next_step: "Ask in one of the forms that issues names, or leave query out. Nothing was searched.",
    issues: [
      {
        path: "query",
        message,
        expected:
          "part of a host name, an address, a range (10.0.0.0/24), 10.0.0.*, a MAC address, a serial number or a device_id",
        hint: "Use one of these forms.",
      },
    ],
  });
}
