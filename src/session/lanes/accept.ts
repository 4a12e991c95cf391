/**
 * What a client of the 2025 era says that it accepts. The SDK refuses a POST whose `Accept` doesn't name both forms of
 * an answer, and widely used proxies and clients send anything, JSON alone, or nothing. All of them are answered.
 */

const JSON_TYPE = "application/json";
const STREAM_TYPE = "text/event-stream";

/**
 * Answers a request in a form that its client accepts.
 * @param handle the SDK's, which is given a request that accepts both forms
 */
export async function inAcceptedForm(
  request: Request,
  handle: (request: Request) => Promise<Response>,
): Promise<Response> {
  if (request.method !== "POST") return handle(request);
  const accept = request.headers.get("accept") ?? "";
  const headers = new Headers(request.headers);
  headers.set("accept", `${JSON_TYPE}, ${STREAM_TYPE}`);
  // Its body has been read: the lane hands it over parsed.
  const { url, method, signal } = request;
  const response = await handle(new Request(url, { method, headers, signal }));
  const jsonAlone = accept.includes(JSON_TYPE) && !accept.includes(STREAM_TYPE) && !accept.includes("*/*");
  const streams = response.headers.get("content-type")?.startsWith(STREAM_TYPE) ?? false;
  return jsonAlone && streams ? asJson(response) : response;
}

/** The answers in a stream, as JSON. Notices of progress before them are left out: they have no place there. */
async function asJson(response: Response): Promise<Response> {
  const events = (await response.text()).split(/\r?\n\r?\n/);
  const messages = events.flatMap((event) => {
    const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:"));
    const text = data.map((line) => line.slice("data:".length).trim()).join("\n");
    return text === "" ? [] : [JSON.parse(text) as object];
  });
  const answers = messages.filter((message) => "result" in message || "error" in message);
  const headers = new Headers(response.headers);
  headers.set("content-type", JSON_TYPE);
  headers.delete("content-length");
  const body = JSON.stringify(answers.length === 1 ? answers[0] : answers);
  return new Response(body, { status: response.status, headers });
}
