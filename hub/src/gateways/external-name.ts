/** An EUI-64 as it is compared, 16 lower-case hex digits: on a label it stands in capitals too, with and without separators. Undefined for any other name. */
export function euiOf(externalId: string): string | undefined {
  const digits = externalId.replace(/[:\-\s]/g, '');
  return /^[0-9a-f]{16}$/i.test(digits) ? digits.toLowerCase() : undefined;
}

/** By which a gateway's name for a device is found; all but EUIs are what they are, to the letter. */
export const nameKey = (externalId: string): string => euiOf(externalId) ?? externalId;
