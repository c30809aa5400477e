import { serveParent } from '../support/fork-program.js';
import { openScreen } from './screen-client.js';
import type { ScreensAnswer, ScreensOrder } from './screens.js';

interface Counts { alerts: Set<string>; last: number; again: number }
const screens: Counts[] = [];
let lost = 0;

const say = (message: ScreensAnswer): void => { process.send?.(message); };

async function open({ url, token, count, rulePrefix }: Extract<ScreensOrder, { type: 'open' }>): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const counts: Counts = { alerts: new Set(), last: 0, again: 0 };
    screens.push(counts);
    await openScreen({
      url, token, onLost: () => { lost += 1; },
      onAlert({ seq, alert: { ruleId, deviceId } }) {
        if (seq <= counts.last) counts.again += 1;
        counts.last = Math.max(counts.last, seq);
        if (ruleId.startsWith(rulePrefix)) counts.alerts.add(`${deviceId ?? ''} ${ruleId}`);
      },
    });
  }
  say({ type: 'opened' });
}

serveParent<ScreensOrder>(async (order) => {
  if (order.type === 'open') {
    await open(order);
    return;
  }
  say({ type: 'counted', fewest: Math.min(...screens.map(({ alerts }) => alerts.size)), again: screens.reduce((sum, { again }) => sum + again, 0), lost });
});
