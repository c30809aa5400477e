/** A part with a life: inert until `start`, both calls idempotent, `stop` releases every timer, socket, file and worker. */
export interface Feature {
  start(): Promise<void>;
  stop(): Promise<void>;
}
