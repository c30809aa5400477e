import { shallowRef } from 'vue';

/** The browser's own modal that is open, if any: what is not inside it lies behind its shade, and can neither be pressed nor is read out. */
export const openModal = shallowRef<HTMLDialogElement>();
