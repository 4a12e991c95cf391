/** One isolate, as V8's inspector shows it. */
export interface Inspector {
  /** Asks for one of the protocol's methods. @returns its result @throws Error with what the inspector said instead */
  readonly send: (method: string, params?: object) => Promise<unknown>;
  readonly close: () => void;
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Connects to an isolate's inspector by its WebSocket URL. */
export async function inspect(url: string): Promise<Inspector> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  let last = 0;
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Reply;
    const asked = id === undefined ? undefined : waiting.get(id);
    if (id === undefined || asked === undefined) return;
    waiting.delete(id);
    if (error === undefined) asked.resolve(result);
    else asked.reject(new Error(error.message));
  };
  socket.onclose = () => {
    for (const asked of waiting.values()) asked.reject(new Error("the inspector hung up"));
  };
  return {
    send(method, params = {}) {
      last += 1;
      const asked = Promise.withResolvers<unknown>();
      waiting.set(last, asked);
      socket.send(JSON.stringify({ id: last, method, params }));
      return asked.promise;
    },
    close: () => socket.close(),
  };
}
