/** Loaded beside a program: says on stderr, when it ends, how much memory it had at most. */
process.on("exit", () => {
  process.stderr.write(`peak memory: ${process.resourceUsage().maxRSS} KB\n`);
});
