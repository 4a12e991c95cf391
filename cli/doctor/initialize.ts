/** The first request of every MCP client of the 2025 era. */
export const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "sallyport-doctor", version: "1" },
  },
} as const;
