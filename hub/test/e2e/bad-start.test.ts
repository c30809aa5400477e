import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.js';
import { runHubToExit, startHub, type HubProcess } from '../support/hub-process.js';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function occupiedPort(): Promise<string> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  return String(typeof address === 'object' ? address?.port : 0);
}

/** One plain sentence for a person: no stack. */
const sentence = (output: { stdout: string; stderr: string }): string => {
  expect(output.stderr).not.toMatch(/\n\s+at /);
  return output.stderr.trim();
};

describe('a start that can not work', () => {
  it('names every bad setting at once and shows no secret', async () => {
    const run = await runHubToExit({ PORT: 'eighty', MQTT_PORT: '70000', DEMO: 'maybe', INFLUX_URL: 'ftp://x', ADMIN_PASSWORD: 'short', GATE_RETENTION_DAYS: '0', DATABASE_URL: 'postgres://u:hush@h' });
    expect(run.code).toBe(1);
    for (const name of ['PORT', 'MQTT_PORT', 'DEMO', 'INFLUX_URL', 'INFLUX_TOKEN', 'INFLUX_ORG', 'INFLUX_BUCKET', 'ADMIN_PASSWORD', 'GATE_RETENTION_DAYS', 'DATABASE_URL']) {
      expect(sentence(run)).toMatch(new RegExp(`^  - ${name} `, 'm'));
    }
    expect(run.stderr).not.toMatch(/short"|hush/);
  });

  it('says that PORT is in use', async () => {
    const run = await runHubToExit({ PORT: await occupiedPort() });
    expect(run.code).toBe(1);
    expect(sentence(run)).toMatch(/^Port \d+ on 127\.0\.0\.1 is in use\. .*PORT/);
  });

  it('says that MQTT_PORT is in use', async () => {
    const run = await runHubToExit({ MQTT_PORT: await occupiedPort() });
    expect(run.code).toBe(1);
    expect(sentence(run)).toMatch(/^MQTT port \d+ on 127\.0\.0\.1 is in use\. .*MQTT_PORT/);
  });

  it('says that the data folder can not be written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liandong-file-'));
    open.push(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'file'), '');
    const run = await runHubToExit({ DATA_DIR: join(folder, 'file', 'data') });
    expect(run.code).toBe(1);
    expect(sentence(run)).toMatch(/^The data folder .* can not be written .*DATA_DIR/);
  });

  it('says that MQTT_URL can not be reached', async () => {
    const run = await runHubToExit({ MQTT_URL: `mqtt://127.0.0.1:${await freePort()}` });
    expect(run.code).toBe(1);
    expect(sentence(run)).toMatch(/^The MQTT broker at 127\.0\.0\.1:\d+ can not be used: .*MQTT_URL/);
  });

  it.each([
    ['answers as a web server', (socket: Socket) => { socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')); }, /does not speak MQTT/],
    ['speaks first, as SSH does', (socket: Socket) => { socket.write('SSH-2.0-OpenSSH_9.6\r\n'); }, /does not speak MQTT/],
    ['takes the connection and says nothing', () => undefined, /does not answer as an MQTT broker does/],
  ])('says quickly that what is behind MQTT_URL %s', async (_what, serve, reason) => {
    let connectedAt = Infinity;
    const server = createServer((socket) => {
      connectedAt = Math.min(connectedAt, performance.now());
      socket.on('error', () => undefined); // the hub hangs up
      open.unshift(async () => { socket.destroy(); });
      serve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => new Promise((resolve) => server.close(resolve)));
    const run = await runHubToExit({ MQTT_URL: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}` }); // it listens on TCP
    expect(run.code).toBe(1);
    expect(sentence(run)).toMatch(/^The MQTT broker at 127\.0\.0\.1:\d+ can not be used: .*MQTT_URL/);
    expect(run.stderr).toMatch(reason);
    expect(performance.now() - connectedAt).toBeLessThan(9000); // MQTT.js by itself waits for half a minute
  });

  it.skipIf(process.platform !== 'linux')('says at once that no folder can be made under /proc', async () => {
    const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
      const startedAt = performance.now();
      return [await work(), performance.now() - startedAt];
    };
    const [, usualMs] = await timed(() => runHubToExit({ PORT: 'eighty' })); // however slow the machine is
    const [run, tookMs] = await timed(() => runHubToExit({ DATA_DIR: '/proc/liandong/data' }));
    expect(run.code).toBe(1);
    expect(sentence(run)).toMatch(/^The data folder \/proc\/liandong\/data can not be written .*DATA_DIR/);
    expect(tookMs).toBeLessThan(3 * usualMs + 5000);
  });

  it('refuses a second process on the same data folder, and the first goes on', async () => {
    const first: HubProcess = await startHub();
    open.push(() => first.dispose());
    const run = await runHubToExit({ DATA_DIR: first.dataDir });
    expect(run.code).toBe(1);
    expect(sentence(run)).toMatch(/^Another Liandong process is using the data folder .*DATA_DIR/);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  });

  it('does not fail for a telemetry store that is only down: it says degraded and alerts go on', async () => {
    const hub = await startHub({ env: { INFLUX_URL: `http://127.0.0.1:${await freePort()}`, INFLUX_TOKEN: 't', INFLUX_ORG: 'o', INFLUX_BUCKET: 'b' } });
    open.push(() => hub.dispose());
    const ready = await (await fetch(`${hub.url}/readyz`)).json() as { status: string; parts: Record<string, { state: string }> };
    expect(ready.status).toBe('degraded');
    expect(ready.parts['store']?.state).toBe('degraded');
  });
});
