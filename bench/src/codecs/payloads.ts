/** What Milesight's own decoder makes of an EM400's bytes. */
export const loraObject = { battery: 92, temperature: 25.7, distance: 2116, position: 'tilt' };

/**
 * Written with the reference implementation (sparkplug-payload): NBIRTH, seq 0, announces Air/Temperature, Air/Humidity, Level/Distance in cm,
 * Lid Open and RSSI as aliases 1 to 5; NDATA, seq 1, gives all five by alias, each with its time.
 */
export const SPARKPLUG_BIRTH = 'CICAs8GcMxILCgViZFNlcSAIWAMSGgoPQWlyL1RlbXBlcmF0dXJlEAEgCWXNzKRBEhcKDEFpci9IdW1pZGl0eRACIAllAABeQhIpCg5MZXZlbC9EaXN0YW5jZRADIAZKEQoHZW5nVW5pdBIGCAxCAmNtUCoSEAoITGlkIE9wZW4QBCALcAASEAoEUlNTSRAFIAFQuf///w8YAA==';
export const SPARKPLUG_DATA = 'CIins8GcMxIOEAEYiKezwZwzZQAAqkESDhACGIins8GcM2UAAFpCEgsQAxiIp7PBnDNQPRILEAQYiKezwZwzcAESDxAFGIins8GcM1C2////DxgB';

/** What a face terminal posts when it lets somebody in. */
export const hikvisionJson = (time: string): Uint8Array => Buffer.from(JSON.stringify({
  ipAddress: '192.0.2.7', portNo: 80, protocol: 'HTTP', macAddress: '00:00:5e:00:53:07', channelID: 1, dateTime: time, activePostCount: 1,
  eventType: 'AccessControllerEvent', eventState: 'active', eventDescription: 'Access Controller Event',
  AccessControllerEvent: {
    deviceName: 'Door 3', majorEventType: 5, subEventType: 75, reportChannel: 5, cardReaderNo: 1, doorNo: 1, serialNo: 257, currentVerifyMode: 'cardOrFace',
    employeeNoString: '10023', name: 'Somebody', currentEvent: true, FaceRect: { height: 0.2, width: 0.1, x: 0.4, y: 0.3 },
  },
}));

const BOUNDARY = 'MIME_boundary';
const PICTURE_BYTES = 2048;
export const HIKVISION_MULTIPART_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

export function hikvisionMultipart(time: string): Uint8Array {
  // Bytes of every value, line ends among them, as in a picture.
  const picture = Uint8Array.from({ length: PICTURE_BYTES }, (_, index) => (index * 197 + (index >> 8) * 31) & 0xff);
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="event_log"\r\nContent-Type: application/json; charset="UTF-8"\r\n\r\n`), hikvisionJson(time),
    Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Disposition: form-data; name="Picture"; filename="Picture.jpg"\r\nContent-Type: image/jpeg\r\nContent-ID: pictureImage\r\n\r\n`), picture,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
}
