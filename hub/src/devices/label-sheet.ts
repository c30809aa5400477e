import { renderSVG } from 'uqr';

/** One label; `url` is what its QR code opens. */
export interface Label {
  readonly name: string;
  readonly id: string;
  readonly place: string;
  readonly url: string;
  /** A claim code in plain letters, for hands where the camera fails. */
  readonly code?: string;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => escapes[letter] ?? letter);

/** A page for A4 paper, three labels across and eight down, with nothing to load: it prints the same from a saved file. */
export function labelSheet(labels: readonly Label[]): string {
  const isClaim = labels.some(({ code }) => code !== undefined);
  const title = isClaim ? '设备认领标签 Claim labels' : '设备标签 Device labels';
  const hint = isClaim
    ? '认领码只显示这一次,每个只能用一次;重新打印会作废旧标签。请妥善保管。 Codes are shown this once and work once; a new sheet voids the old one.'
    : '扫码打开设备页面;不含认领码。 The code opens the device\'s page; there is no claim code in it.';
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
@page { size: A4; margin: 8mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 194mm; font: 9pt/1.3 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; color: #000; background: #fff; }
header { padding: 4mm 0; }
main { display: grid; grid-template-columns: repeat(3, 1fr); }
article { display: grid; grid-template-columns: 26mm 1fr; gap: 2mm; align-items: center; height: 35mm; padding: 2mm; border: 0.2mm dashed #999; overflow: hidden; break-inside: avoid; }
svg { width: 26mm; height: 26mm; display: block; }
p { margin: 0; overflow-wrap: anywhere; }
.name { font-weight: 600; max-height: 2.6em; overflow: hidden; }
.code { font: 600 9pt/1.3 ui-monospace, monospace; }
@media print { header { display: none; } }
</style>
</head>
<body>
<header><h1>${title}</h1><p>${hint}</p></header>
<main>
${labels.map(labelOf).join('\n')}
</main>
</body>
</html>
`;
}

const labelOf = ({ name, id, place, url, code }: Label): string =>
  `<article>${renderSVG(url, { ecc: 'M', border: 2 })}<div><p class="name">${escape(name)}</p><p>${escape(id)}</p><p>${escape(place)}</p>${code === undefined ? '' : `<p class="code">${escape(code)}</p>`}</div></article>`;
