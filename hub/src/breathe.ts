/** Lets sockets and timers have their turn: the database driver never leaves the thread by itself. */
export const breathe = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
