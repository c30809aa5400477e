import type { EpochMs, EventRule } from '@liandong/protocols';
import type { Condition } from './condition.js';
import type { EventWatch } from './watches.js';
import { EventWindow } from './windows.js';

/**
 * Events count by device time, in whatever order they come; several may share one millisecond. Of those that come late, only what an end that is newer than them has made past changes nothing.
 * Outside the rule's schedule, and while the device is out of service, an event begins nothing and is not counted.
 */
export function watchEvents(rule: EventRule, condition: Condition): EventWatch {
  const window = new EventWindow(rule.withinS * 1000, rule.count);
  condition.extra = window;
  const { isApplicable } = condition.rule;

  function end(ts: EpochMs, at: EpochMs): void {
    window.end(ts);
    if (window.accept(ts)) {
      window.empty();
      condition.leave(true, ts, at);
    }
    condition.saveSoon();
  }

  return (event, ts, at) => {
    if (event !== rule.event) return end(ts, at);
    if (condition.device.origin === 'stale' || !condition.device.isWatched || (isApplicable !== undefined && !isApplicable(ts))) return;
    const isInOrder = window.accept(ts);
    if (!isInOrder && window.isEndedAfter(ts)) return;
    const count = isInOrder ? window.add(ts) : rule.count > 1 ? window.addLate(ts) : 1;
    if (count < rule.count) return condition.saveSoon();
    const shown = rule.count > 1 ? count : NaN;
    condition.settleUpTo(ts, at);
    const isNew = condition.active === undefined;
    if (isNew || condition.isUngraded) condition.enter(0, ts, at, shown);
    if (!isNew) condition.repeat(at, shown);
    if (rule.clearAfterS !== undefined && (isNew || isInOrder)) condition.leaveAfter(condition.rule.lapseMs, ts, at); // counted from the last one
  };
}
