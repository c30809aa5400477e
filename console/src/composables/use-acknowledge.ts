import { useAlertActions } from './use-alert-actions.js';

/** Acknowledges an alert and says so when it didn't work, or who was faster; blocked while it is under way, and while the connection is lost and the screen may be wrong. */
export function useAcknowledge() {
  const { acknowledge, isBlocked } = useAlertActions();
  return { acknowledge, isBlocked };
}
