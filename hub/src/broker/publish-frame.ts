/** MQTT 3.1.1 control packet types used here (first nibble of the fixed header), clause 2.2.1. */
export const PACKET = { connect: 1, publish: 3, puback: 4 } as const;

/** A PUBLISH as it came over the wire; `payload` is a view into the frame. */
export interface PublishFrame {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly isRedelivery: boolean;
  readonly isRetained: boolean;
  /** 0 for QoS 0. */
  readonly messageId: number;
}

/**
 * Reads a PUBLISH (MQTT 3.1.1 clause 3.3); `headerLength` is the length of its fixed header.
 * Undefined when the frame breaks the protocol: the connection is then closed (clause 4.8).
 */
export function parsePublish(frame: Buffer, headerLength: number): PublishFrame | undefined {
  const flags = frame[0] ?? 0;
  const qos = (flags >> 1) & 3;
  if (qos === 3 || frame.length < headerLength + 2) return undefined;
  const topicStart = headerLength + 2;
  const topicEnd = topicStart + frame.readUInt16BE(headerLength);
  const payloadStart = topicEnd + (qos > 0 ? 2 : 0);
  if (topicEnd === topicStart || payloadStart > frame.length) return undefined;
  const messageId = qos > 0 ? frame.readUInt16BE(topicEnd) : 0;
  if (qos > 0 && messageId === 0) return undefined;
  return {
    topic: frame.toString('utf8', topicStart, topicEnd), payload: frame.subarray(payloadStart), qos, messageId,
    isRedelivery: (flags & 8) !== 0, isRetained: (flags & 1) !== 0,
  };
}

/** PUBACKs for these messages, one after the other (clause 3.4). */
export function encodePubacks(messageIds: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(messageIds.length * 4);
  messageIds.forEach((messageId, i) => {
    bytes.writeUInt16BE((PACKET.puback << 12) | 2, i * 4);
    bytes.writeUInt16BE(messageId, i * 4 + 2);
  });
  return bytes;
}
