import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { Aedes } from 'aedes';
import { Server } from 'socket.io';
import type { ScreenAlert } from './screen-client.js';

/**
 * The bare way from a publish to a screen: a broker and Socket.IO in one process, and nothing between them. Whoever publishes is let in; a gate's event goes
 * to every screen as it is, all else nowhere. `PORT`, `MQTT_PORT`.
 */
const aedes = await Aedes.createBroker();
const http = createHttpServer((_request, response) => response.end());
const io = new Server(http, { path: '/socket.io', serveClient: false, perMessageDeflate: false, transports: ['websocket'] });
let seq = 0;

io.on('connection', (socket) => {
  socket.on('subscribe', (_request: unknown, answer: (answer: object) => void) => answer({ seq, alerts: [], mode: 'snapshot' }));
});
aedes.on('publish', ({ topic, payload }) => {
  if (!topic.endsWith('/event')) return;
  const { type } = JSON.parse(payload.toString()) as { type: string }; // the probe's own
  seq += 1;
  io.emit('alert', { seq, alert: { ruleId: type, deviceId: topic.split('/').at(-2) ?? '', event: JSON.parse(payload.toString()) as object } } satisfies ScreenAlert);
});
createServer((socket) => {
  socket.on('error', () => undefined); // the load ends as it likes
  aedes.handle(socket);
}).listen(Number(process.env['MQTT_PORT']), '127.0.0.1');
http.listen(Number(process.env['PORT']), '127.0.0.1');
