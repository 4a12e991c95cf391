/** Draws the form that switches a tool or credential off or on, with a reason. */
import type { FC } from "hono/jsx";
import type { SwitchChange } from "../../tenant/protocol.ts";
import { Csrf } from "../elements.tsx";
import type { Visitor } from "../visit.ts";

/** The longest reason, in characters. */
export const MAX_SWITCH_REASON = 500;

/** Switches one thing off, or on again. The reason is asked for only once somebody has opened the form. */
export const SwitchForm: FC<{
  kind: SwitchChange["kind"];
  name: string;
  disabled: boolean;
  visitor: Visitor;
}> = ({ kind, name, disabled, visitor }) => {
  const verb = disabled ? "Enable" : "Disable";
  const id = `reason-${kind}-${name}`;
  return (
    <details>
      <summary>
        {verb}…<span class="visually-hidden"> {name}</span>
      </summary>
      <form method="post" action="/console/connectors/switch">
        <Csrf token={visitor.csrf} />
        <input type="hidden" name="kind" value={kind} />
        <input type="hidden" name="name" value={name} />
        <label for={id}>Reason</label>
        <input id={id} name="reason" maxlength={MAX_SWITCH_REASON} required autocomplete="off" />
        <div class="actions">
          <button
            class={disabled ? "" : "danger"}
            type="submit"
            name="disabled"
            value={disabled ? "false" : "true"}
          >
            {verb}
            <span class="visually-hidden"> {name}</span>
          </button>
        </div>
      </form>
    </details>
  );
};
