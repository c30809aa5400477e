/** For parts whose listeners are not expected to throw: whoever tells them does, and the test fails. */
export const rethrow = { onError: (error: unknown): void => { throw error; } };
