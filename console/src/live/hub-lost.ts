import { inject, ref, type InjectionKey, type Ref } from 'vue';

/** Says of a page below the live connection whether that is lost. Above it, as where nobody is signed in, nothing is. */
export const HUB_LOST: InjectionKey<Readonly<Ref<boolean>>> = Symbol('hub-lost');
export const useHubLost = (): Readonly<Ref<boolean>> => inject(HUB_LOST, () => ref(false), true);
