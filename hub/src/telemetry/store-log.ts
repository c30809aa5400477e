/** What a store tells the people who run it; pino fits. */
export interface StoreLog {
  warn(facts: Readonly<Record<string, unknown>>, message: string): void;
}
