/** `above` is met at its limit (80 counts as 80), `below` only under it. */
export const isPast = (direction: 'above' | 'below', limit: number, value: number): boolean => direction === 'above' ? value >= limit : value < limit;
