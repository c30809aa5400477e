import { SEVERITIES } from '@liandong/protocols';
import { startFixtureHub } from './fixture-hub.js';
import { launchBrowser, openWall } from './open-wall.js';

/**
 * How the wall stands a storm: 833 alert events a second (50,000 in a minute) for 20 s, in real Chromium at 1920×1080.
 * Prints frames a second, long tasks, how busy the page's main thread was by the processor's own count (on a machine that others use too, that is the figure to trust), what the screen had shown at the end, and memory. `npx tsx console/test/support/measure-wall.ts [seconds] [events per second] [path]`
 */
const [seconds, perSecond, path] = [Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 833), process.argv[4] ?? '/'];
const hub = await startFixtureHub({ devices: 2000 });
const browser = await launchBrowser(['--enable-precise-memory-info']);
const page = await openWall(browser, hub);
if (path !== '/') await page.goto(hub.url + path);
await page.waitForTimeout(3000);

/** Strings, so that the builder's helpers don't travel with them. */
const WATCH = `(() => {
  const watch = { gaps: [], tasks: [], before: performance.now(), isOn: true };
  const step = (now) => { watch.gaps.push(now - watch.before); watch.before = now; if (watch.isOn) requestAnimationFrame(step); };
  requestAnimationFrame(step);
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) watch.tasks.push(entry.duration); }).observe({ type: 'longtask' });
  window.watch = watch;
})()`;
const READ = `(() => { window.watch.isOn = false; return { gaps: window.watch.gaps.slice(1), tasks: window.watch.tasks, heap: performance.memory?.usedJSHeapSize ?? 0 }; })()`;
interface Watched { gaps: number[]; tasks: number[]; heap: number }
const devtools = await page.context().newCDPSession(page);
await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
let before: Record<string, number> = {};
/** Seconds of processor time of the main thread since the last call. */
async function busy(): Promise<{ all: number; script: number; layout: number }> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  const now = Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  const since = (name: string) => (now[name] ?? 0) - (before[name] ?? 0);
  const taken = { all: since('TaskDuration'), script: since('ScriptDuration'), layout: since('LayoutDuration') + since('RecalcStyleDuration') };
  before = now;
  return taken;
}
async function report(name: string, { gaps, tasks, heap }: Watched): Promise<void> {
  const cpu = await busy();
  const sorted = [...gaps].sort((a, b) => a - b);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  process.stdout.write(`${name}: ${(1000 * gaps.length / total).toFixed(1)} frames/s over ${(total / 1000).toFixed(1)} s; frame median ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, longest ${(sorted.at(-1) ?? 0).toFixed(0)} ms; ${tasks.length} long tasks, longest ${Math.max(0, ...tasks).toFixed(0)} ms, ${tasks.reduce((sum, task) => sum + task, 0).toFixed(0)} ms in all; heap ${(heap / 1e6).toFixed(0)} MB; main thread ${(100_000 * cpu.all / total).toFixed(0)} % busy (script ${(100_000 * cpu.script / total).toFixed(0)} %, style and layout ${(100_000 * cpu.layout / total).toFixed(0)} %)\n`);
}
await busy();
await page.evaluate(WATCH);
await page.waitForTimeout(5000);
await report('quiet', await page.evaluate<Watched>(READ));

await page.evaluate(WATCH);
const began = Date.now();
let sent = 0;
await new Promise<void>((done) => {
  const timer = setInterval(() => {
    const due = Math.min(seconds * perSecond, Math.floor((Date.now() - began) / 1000 * perSecond));
    for (; sent < due; sent += 1) {
      // Of ten events six are new alerts, two acknowledge and two clear earlier ones.
      const kind = sent % 10;
      if (kind < 6) hub.raise(`storm-${sent}`, sent, SEVERITIES[sent % 31 === 0 ? 0 : sent % 7 === 0 ? 1 : 2 + sent % 3] ?? 'minor', '噪声超过限值', 'Noise over limit');
      else if (kind < 8) hub.ackBy(`storm-${sent - 200 - kind}`, 'li.na'); else hub.clear(`storm-${sent - 400 - kind}`);
    }
    if (sent >= seconds * perSecond) { clearInterval(timer); done(); }
  }, 10);
});
const took = Date.now() - began;
const noted = (await page.getByTestId('storm-note').allInnerTexts()).join(' ').replaceAll('\n', '；');
const stormed = await page.evaluate<Watched>(READ);
await report(`storm of ${sent} events in ${(took / 1000).toFixed(1)} s`, stormed);
process.stdout.write(`the page says: ${noted || 'nothing'}\n`);
const standing = [...hub.alerts.values()].filter((alert) => alert.active && !alert.acked && alert.groupId === undefined && alert.inhibitedBy === undefined && (alert.shelvedUntil ?? 0) < Date.now()).length;
const shown = async () => Number((await page.getByTestId('open-alert-count').textContent() ?? '').replace(/\D/g, ''));
const caughtUpFrom = Date.now();
if (path === '/') {
  while (await shown() !== standing && Date.now() - caughtUpFrom < 30_000) await page.waitForTimeout(50);
  process.stdout.write(`need a person: ${standing} at the hub, ${await shown()} on the screen, ${Date.now() - caughtUpFrom} ms after the last event; cards drawn: ${await page.getByTestId('alert-card').count()}\n`);
}
if (process.env['SHOT']) await page.screenshot({ path: process.env['SHOT'] });
await browser.close();
await hub.stop();
