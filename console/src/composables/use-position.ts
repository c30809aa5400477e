import { ref } from 'vue';
import type { Location } from '@liandong/protocols';

export type PositionTrouble = 'insecure' | 'denied' | 'unavailable' | 'slow';
const WITHIN_MS = 20_000;

/** The phone's own position (WGS-84, as browsers give it) with its accuracy in metres, asked for once a call. */
export function usePosition(onFound: (location: Location, accuracyM: number) => void) {
  const [isWorking, trouble] = [ref(false), ref<PositionTrouble>()];
  function locate(): void {
    trouble.value = undefined;
    if (!window.isSecureContext) { trouble.value = 'insecure'; return; }
    isWorking.value = true;
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      isWorking.value = false;
      onFound({ lng: round(coords.longitude), lat: round(coords.latitude) }, Math.round(coords.accuracy));
    }, ({ code }) => {
      isWorking.value = false;
      trouble.value = code === 1 ? 'denied' : code === 3 ? 'slow' : 'unavailable';
    }, { enableHighAccuracy: true, timeout: WITHIN_MS, maximumAge: 5000 });
  }
  return { locate, isWorking, trouble };
}

/** Seven digits are a centimetre. */
const round = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;
