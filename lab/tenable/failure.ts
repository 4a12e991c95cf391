/** The form of Tenable's failures. */
import type { VendorReply } from "../simulator.ts";

const names: Record<number, readonly [error: string, message: string]> = {
  400: ["Bad Request", "Invalid request parameters."],
  401: ["Unauthorized", "Invalid credentials."],
  403: ["Forbidden", "You do not have permission to perform this action."],
  404: ["Not Found", "The requested resource was not found."],
  409: ["Conflict", "The request conflicts with the current state."],
  500: [
    "Internal Server Error",
    "An internal server error occurred. Please wait a moment and try your request again.",
  ],
  503: ["Service Unavailable", "The service is unavailable."],
};

/** A failure in the vendor's shape; for 429 that is a page, because it comes from the server in front. */
export function failure(status: number, message?: string): VendorReply {
  if (status === 429) return { status, text: tooManyRequests, headers: { "content-type": "text/html" } };
  const [error, usual] = names[status] ?? ["Error", `Request failed with status ${status}.`];
  return { status, body: { statusCode: status, error, message: message ?? usual } };
}

const tooManyRequests = `<html>

<head>
    <title>429 Too Many Requests</title>
</head>

<body bgcolor="white">
    <center>
        <h1>429 Too Many Requests</h1>
    </center>
    <hr>
    <center>nginx</center>
</body>

</html>`;
