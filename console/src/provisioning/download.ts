/** Hands a text to the browser as a file. */
export function download(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  const url = URL.createObjectURL(new Blob(['\ufeff', text], { type }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  // The download has its own hold on the bytes by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A CSV line (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe, which it shows as text. */
export const csvLine = (cells: readonly string[]): string => cells.map((cell) => {
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}).join(',');
