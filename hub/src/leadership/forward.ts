import { request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as requestHttps } from 'node:https';
import { ERRORS } from '@liandong/protocols';
import type { Duplex } from 'node:stream';
import { AppError } from '../problem.js';
import { problemOf } from '../http/problems.js';

/** The leader that a request goes to; undefined: there is none just now. */
export type LeaderUrl = () => URL | undefined;

const RETRY_AFTER_S = 3;
/** Of one connection, never of those on either side of a proxy (RFC 9110 clause 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** Passes a request on as it is, body and answer as streams, with the caller's address added. A leader that does not answer is 503 LEADER_UNAVAILABLE. */
export function forwardRequest(leader: LeaderUrl, request: IncomingMessage, response: ServerResponse): void {
  const url = leader();
  if (url === undefined) return refuse(response);
  const onward = open(url, request, withoutHops(request));
  onward.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, withoutHops(answer));
    answer.pipe(response);
    answer.once('error', () => { response.destroy(); });
  });
  onward.once('error', () => { if (response.headersSent) response.destroy(); else refuse(response); });
  response.once('close', () => { onward.destroy(); });
  request.pipe(onward);
}

/** The same for a WebSocket: from the upgrade on, two sockets that carry bytes both ways. */
export function forwardUpgrade(leader: LeaderUrl, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on('error', () => { socket.destroy(); });
  const url = leader();
  if (url === undefined) { socket.end(`HTTP/1.1 503 Service Unavailable\r\nretry-after: ${RETRY_AFTER_S}\r\nconnection: close\r\n\r\n`); return; }
  const onward = open(url, request, { ...request.headers });
  onward.once('upgrade', (answer, other, first) => {
    const lines = Array.from({ length: answer.rawHeaders.length / 2 }, (_, index) => `${answer.rawHeaders[2 * index]}: ${answer.rawHeaders[2 * index + 1]}`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    for (const [from, to] of [[socket, other], [other, socket]] as const) {
      from.pipe(to);
      from.once('close', () => { to.destroy(); });
      from.on('error', () => { to.destroy(); });
    }
    if (first.length > 0) socket.write(first);
    if (head.length > 0) other.write(head);
  });
  onward.once('response', (answer) => {
    socket.write(`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nconnection: close\r\n\r\n`);
    answer.pipe(socket);
  });
  onward.once('error', () => { socket.destroy(); });
  socket.once('close', () => { onward.destroy(); });
  onward.end();
}

function open(leader: URL, { method, url = '/', socket, headers: { 'x-forwarded-for': before } }: IncomingMessage, headers: IncomingMessage['headers']) {
  const caller = [before, socket.remoteAddress].filter(Boolean).join(', ');
  const start = leader.protocol === 'https:' ? requestHttps : requestHttp;
  // `Host` stays the caller's: the leader holds it against `Origin`.
  return start({ host: leader.hostname, port: leader.port, method, path: url, headers: { ...headers, 'x-forwarded-for': caller }, agent: false });
}

const withoutHops = ({ headers }: IncomingMessage): IncomingMessage['headers'] => Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));

function refuse(response: ServerResponse): void {
  const problem = problemOf(new AppError('LEADER_UNAVAILABLE'));
  response.writeHead(ERRORS.LEADER_UNAVAILABLE.status, { 'content-type': 'application/problem+json', 'retry-after': String(RETRY_AFTER_S), connection: 'close' });
  response.end(JSON.stringify(problem));
}
