/** Warns that rows of the audit database are left out because no object writes there. */
import type { FC } from "hono/jsx";

/** Says that rows of the database aren't shown. Nothing where there are none. */
export const LeftOut: FC<{ rows: number }> = ({ rows }) =>
  rows === 0 ? null : (
    <div class="notice bad" role="status">
      <p>
        {rows === 1 ? "One row of the database stands" : `${rows} rows of the database stand`} where no object
        writes. {rows === 1 ? "It isn't" : "They aren't"} shown on any page. <code>audit verify</code> names
        each.
      </p>
    </div>
  );
