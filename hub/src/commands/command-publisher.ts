/** Sends one message to a device, through whichever broker. */
export interface CommandPublisher {
  /** QoS 1, not retained. Resolves when the broker has it, which says nothing of the device. @throws Error when there is no broker to give it to */
  publishCommand(topic: string, payload: string): Promise<void>;
}
