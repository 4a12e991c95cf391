/** Makes a text from outside fit to show: one visible line, without secrets, and of limited length. */
import { visible } from "./hidden.ts";
import { withoutSecrets } from "./secrets.ts";

/** At the end of a text that was longer. */
const CUT = "…⟦cut⟧";

/** White space as it is typed. What is neither that nor seen stays, to be made visible. */
const SPACES = /[\t\n\f\r ]+/g;

/**
 * What a vendor, a host or an attacker wrote, as a model and an approver get to see it: one line, secrets taken out,
 * hidden characters written out, and no more of it than `longest` characters. Twice is as good as once, so a text
 * may pass here as often as it likes. Pure.
 */
export function shown(text: string, longest: number): string {
  // Secrets before the cut: half a key is half a key too much.
  const whole = visible(withoutSecrets(text.replaceAll(SPACES, " ")));
  return whole.length <= longest ? whole : cut(whole, longest);
}

/** A cut must leave neither half of a character nor half of one that was written out. */
function cut(text: string, longest: number): string {
  const kept = text.slice(0, longest - CUT.length).replace(/⟦[^⟧]{0,9}$|[\ud800-\udbff]$/u, "");
  return `${kept}${CUT}`;
}
