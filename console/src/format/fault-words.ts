import { FAULT_KEYWORDS, type FieldFault } from '@liandong/protocols';

type Translate = (key: string, values?: Record<string, string | number>) => string;
/** More than these nobody reads at once. */
const MOST_SAID = 3;

/** What does not fit the schema, place by place, in the words of the page: `名称：没有填；级别 · 第 2 项 · 限值：不能大于 100`. Members and faults the page has no words for stay readable, never a keyword. */
export function faultsInWords(faults: readonly FieldFault[], t: Translate, te: (key: string) => boolean): string {
  const said = faults.slice(0, MOST_SAID).map((fault) => t('fieldFault.at', { field: placeOf(fault.path), what: whatOf(fault) }));
  return [...said, ...(faults.length > MOST_SAID ? [t('fieldFault.more', { n: faults.length - MOST_SAID })] : [])].join(t('fieldFault.join'));

  function placeOf(path: string): string {
    const parts = path.split('/').filter((part) => part !== '');
    return parts.length === 0 ? t('fieldFault.body') : parts.map((part) => /^\d+$/.test(part) ? t('fieldFault.item', { n: Number(part) + 1 }) : te(`fieldName.${part}`) ? t(`fieldName.${part}`) : part).join(t('fieldFault.path'));
  }
  function whatOf({ keyword, limit, expected }: FieldFault): string {
    if (keyword === 'pattern') return t(`fieldFault.pattern.${te(`fieldFault.pattern.${expected?.[0]}`) ? expected?.[0] : 'other'}`);
    return FAULT_KEYWORDS.some((known) => known === keyword) ? t(`fieldFault.${keyword}`, limit === undefined ? {} : { limit }) : t('fieldFault.other');
  }
}
