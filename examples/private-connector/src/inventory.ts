/** Our own inventory: who answers for a device. One vendor, one credential, one read. */
import {
  BaseUrl,
  type Connector,
  type Credential,
  contractChanged,
  failureOfStatus,
  readSpec,
  reportedText,
  Secret,
  serve,
  type Vendor,
  waitByRetryAfter,
} from "sallyport";
import * as z from "zod";

const settings = z.object({
  INVENTORY_BASE_URL: BaseUrl.describe(
    "the inventory's API, without a slash at its end. Empty: it isn't asked",
  ),
});

const inventory: Vendor<typeof settings> = {
  name: "inventory",
  title: "Inventory",
  settings,
  budget: { per_minute: () => 300, shares: { "inventory.read": 1 } },
  errorOf(answer, payload, asked) {
    if (answer.status === 404) return null;
    if (answer.status >= 200 && answer.status <= 299) {
      return payload === undefined ? contractChanged(inventory, asked.operation, "", answer) : null;
    }
    return failureOfStatus(inventory, answer.status, answer, asked, "owners:read");
  },
  retryAfterMs: waitByRetryAfter,
};

/** A key is good until it is revoked; it is taken up anew this often, in milliseconds. */
const KEY_LIFE_MS = 15 * 60_000;

const read: Credential<z.output<typeof settings>> = {
  name: "inventory.read",
  vendor: inventory,
  permission: "owners:read",
  secrets: z.object({ INVENTORY_READ_API_KEY: Secret.describe("API key that may read owners") }),
  baseUrl: ({ INVENTORY_BASE_URL }) => INVENTORY_BASE_URL,
  mint: async ({ secrets, now }) => ({
    token: secrets.INVENTORY_READ_API_KEY ?? "",
    expires_at: now + KEY_LIFE_MS,
  }),
  authorize: (headers, token) => headers.set("authorization", `Bearer ${token}`),
};

/** What the inventory answers. */
const Owner = z.object({ name: z.string(), email: z.string().nullish() });

const findDeviceOwner = readSpec({
  name: "find_device_owner",
  title: "Find a device's owner",
  description: "Who answers for a device, by our own inventory.",
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
  capability: "owners",
  scope: "devices:read",
  input: z.strictObject({ hostname: z.string().min(1).max(255).describe("The device's host name") }),
  output: z.strictObject({
    owner: z.strictObject({ name: reportedText(200), email: reportedText(320).nullable() }),
  }),
});

export const inventoryConnector: Connector = {
  vendor: inventory,
  credentials: [read],
  serves: [
    serve(findDeviceOwner, {
      credentials: [read],
      async read({ hostname }, _page, { upstream }) {
        const found = await upstream(read).read(
          {
            operation: "getOwner",
            method: "GET",
            path: `/owners/${encodeURIComponent(hostname)}`,
            about: ["hostname"],
          },
          z.union([Owner, z.strictObject({ error: z.literal("unknown host") })]),
        );
        if ("error" in found) return { absent: { kind: "device", id: hostname } };
        return { data: { owner: { name: found.name, email: found.email ?? null } } };
      },
    }),
  ],
  checks: [],
};
