/** Keys that name a person's card, vehicle or number; compared in lower case without separators. */
const PERSONAL_KEYS = new Set(['credential', 'card', 'cardno', 'cardnumber', 'plate', 'plateno', 'licenseplate', 'employeeno', 'employeenostring', 'idnumber', 'idcard', 'phone', 'mobile', 'name', 'personname']);

/** Does the value of this key say who somebody is? It is kept as a pseudonym only, and of a refused payload not at all. */
export const isPersonalKey = (key: string): boolean => PERSONAL_KEYS.has(key.toLowerCase().replace(/[_\-\s]/g, ''));
