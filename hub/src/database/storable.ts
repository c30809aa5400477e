/** PostgreSQL's text holds every character but U+0000, and libSQL's driver ends a text there; what people type and devices send may hold one. */
export const storable = (value: unknown): unknown => typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
