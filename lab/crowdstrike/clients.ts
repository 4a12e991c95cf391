/** What an API client may do, in the console's words ("Hosts: READ"). */
export type Scope = "hosts:read" | "hosts:write" | "alerts:read" | "alerts:write";

/** An API client as created in the Falcon console. */
export interface ApiClient {
  id: string;
  secret: string;
  scopes: readonly Scope[];
}

/** Least privilege, one client per purpose: what reads can't contain, and what contains can't read. */
const clients: readonly ApiClient[] = [
  { id: "lab-cs-read", secret: "lab-cs-read-secret", scopes: ["hosts:read"] },
  { id: "lab-cs-contain", secret: "lab-cs-contain-secret", scopes: ["hosts:write"] },
  { id: "lab-cs-alerts-read", secret: "lab-cs-alerts-read-secret", scopes: ["alerts:read"] },
  { id: "lab-cs-alerts-write", secret: "lab-cs-alerts-write-secret", scopes: ["alerts:write"] },
];

/** The client of that id. */
export function clientById(id: string | undefined): ApiClient | undefined {
  return clients.find((client) => client.id === id);
}

/** The client, if id and secret belong together. */
export function authenticateClient(
  id: string | undefined,
  secret: string | undefined,
): ApiClient | undefined {
  const client = clientById(id);
  return client?.secret === secret ? client : undefined;
}
