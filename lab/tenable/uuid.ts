/** UUIDs that depend on a name alone. */
import { stableId } from "../estate/random.ts";

/** A UUID that depends on nothing but its name. */
export function stableUuid(name: string): string {
  const digits = stableId(name);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}
