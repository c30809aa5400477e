/** Lines of a file such as `2-50,60`; undefined takes every one. The text fits the query's pattern. */
export function lineFilter(text: string | undefined): (line: number) => boolean {
  if (text === undefined) return () => true;
  const ranges = text.split(',').map((part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    return { from, to };
  });
  return (line) => ranges.some(({ from, to }) => line >= from && line <= to);
}
