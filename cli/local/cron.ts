/** Runs the scheduled handler at each full minute, as the platform would. */

const MINUTE_MS = 60_000;

/**
 * Runs `work` at each full minute, as a `* * * * *` trigger does. A run that takes longer than a minute makes the
 * next one wait for the first full minute after it: runs never overlap. What `work` throws goes to `onError`.
 * Doesn't keep the process alive.
 * @returns what stops it; a run under way is not interrupted.
 */
export function everyMinute(
  work: (scheduledTime: Date) => Promise<unknown>,
  onError: (error: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout;
  let stopped = false;
  const arm = (): void => {
    if (stopped) return;
    const now = Date.now();
    const next = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
    timer = setTimeout(() => void work(new Date(next)).catch(onError).then(arm), next - now);
    timer.unref();
  };
  arm();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
