/** When two changes of one target contradict each other. Pure. */
import type { JsonObject } from "../../toolkit/json.ts";

/** True if some facet gets another value from one than from the other. A facet of only one of them says nothing. */
export function contradict(one: JsonObject, other: JsonObject): boolean {
  return Object.entries(one).some(
    ([facet, value]) => Object.hasOwn(other, facet) && JSON.stringify(other[facet]) !== JSON.stringify(value),
  );
}
