/** Polls until `check` is true; fails with what was waited for. */
export async function eventually(what: string, check: () => boolean, withinMs = 8_000): Promise<void> {
  for (const until = Date.now() + withinMs; Date.now() < until;) {
    if (check()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited ${withinMs} ms in vain: ${what}`);
}
