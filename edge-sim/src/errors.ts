/** Something that stops the simulator and that a person can mend; the message is one sentence for them. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
}
