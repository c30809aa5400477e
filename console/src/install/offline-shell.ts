/** Lets the browser keep this page for places without a network. Browsers allow that over HTTPS and on localhost only; elsewhere the form still waits, but the page must stay open. */
export async function keepShell(): Promise<boolean> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return false;
  await navigator.serviceWorker.register('/sw.js');
  await navigator.serviceWorker.ready;
  return true;
}
