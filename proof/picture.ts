/**
 * `npm run picture`: takes the picture of the console in the README, from a local instance that runs: an analyst's
 * containment, as the person sees it who decides about it.
 */
import { join } from "node:path";
import { Command } from "commander";
import { connect } from "../cli/demo/agent.ts";
import { portFrom } from "../cli/local/ports.ts";
import { signIn } from "../cli/oauth-client.ts";
import { launchChromium, signInAtLab, withoutScripts } from "../test/console/chromium.ts";

new Command("picture")
  .description("Takes the README's picture of the console, from an instance that runs (npm start).")
  .addHelpText("after", "\nEnvironment: PORT (8787).")
  .parse();

const FILE = join(import.meta.dirname, "../docs/images/console.png");

const mcpUrl = `http://localhost:${portFrom(process.env, "PORT", 8787)}/mcp`;

const approval_url = await holdOne();
const browser = await launchChromium();
try {
  const page = await (await withoutScripts(browser)).newPage();
  await page.goto(approval_url);
  await signInAtLab(page, "approver");
  await page.screenshot({ path: FILE });
  console.log(FILE);
} finally {
  await browser.close();
}

/** Asks for a containment that somebody else has to approve. @returns the address of the page */
async function holdOne(): Promise<string> {
  const scope = "devices:read devices:contain";
  const { access_token } = await signIn({ mcpUrl, user: "analyst", scope, clientName: "Claude" });
  const agent = await connect(mcpUrl, "2026-07-28", access_token);
  try {
    const found = await agent.call("search_devices", { containment: "normal", criticality: "high" });
    const [device] = (found.data?.devices ?? []) as { device_id: string }[];
    const { operation } = await agent.call("contain_device", {
      device_id: device?.device_id,
      reason: "Beacons to a known command server every 60 seconds since 09:14",
      finding_id: "ldt:4711",
    });
    if (!operation?.approval_url) throw new Error("nothing is held back here");
    return operation.approval_url;
  } finally {
    await agent.close();
  }
}
