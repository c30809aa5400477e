/** Is the page in the background? It draws no pictures there, and its timers run once a second or, after five minutes of silence, once a minute. */
export const isPageHidden = (): boolean => typeof document !== 'undefined' && document.hidden;
