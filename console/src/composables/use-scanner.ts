import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue';
import type { BarcodeDetector } from 'barcode-detector/ponyfill';

const EVERY_MS = 180;
/** Why the camera doesn't help; each has its words. */
export type ScanTrouble = 'insecure' | 'denied' | 'missing' | 'busy' | 'reader';

/** Reads QR codes off the camera while `isOn`; calls back with what each says. The camera stops with the scope. */
export function useScanner(video: Ref<HTMLVideoElement | null>, isOn: Ref<boolean>, onText: (text: string) => void) {
  const trouble = ref<ScanTrouble>();
  const stream = shallowRef<MediaStream>();
  let [turn, timer]: [number, ReturnType<typeof setTimeout> | undefined] = [0, undefined];

  async function start(): Promise<void> {
    const own = ++turn;
    trouble.value = undefined;
    // Browsers hand out the camera over HTTPS and on localhost only.
    if (!window.isSecureContext) { trouble.value = 'insecure'; return; }
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
      if (own !== turn || video.value === null) { close(opened); return; }
      stream.value = opened;
      video.value.srcObject = opened;
      await video.value.play();
    } catch (problem) { if (own === turn) trouble.value = troubleOf(problem); return; }
    try { look(own, await reader()); } catch (problem) { if (own === turn) { trouble.value = 'reader'; stop(); reportError(problem); } }
  }
  function look(own: number, detector: Pick<BarcodeDetector, 'detect'>): void {
    timer = setTimeout(() => {
      if (own !== turn || video.value === null) return;
      detector.detect(video.value).then((codes) => {
        const [first] = codes;
        if (own === turn && first !== undefined) onText(first.rawValue);
        look(own, detector);
      }, () => { if (own === turn) trouble.value = 'reader'; });
    }, EVERY_MS);
  }
  function stop(): void {
    turn += 1;
    clearTimeout(timer);
    if (stream.value !== undefined) close(stream.value);
    stream.value = undefined;
  }
  watch(isOn, (on) => { if (on) void start(); else stop(); }, { flush: 'post', immediate: true });
  onScopeDispose(stop);
  return { trouble, stream };
}

const close = (stream: MediaStream) => stream.getTracks().forEach((track) => track.stop());

/** The browser's own reader where it has one for QR codes, else zxing with our own copy of its wasm. */
async function reader(): Promise<Pick<BarcodeDetector, 'detect'>> {
  const options = { formats: ['qr_code'] as const };
  // Not in the DOM's types yet; Chrome on Android and macOS has it.
  const own = (globalThis as { BarcodeDetector?: typeof BarcodeDetector }).BarcodeDetector;
  if (own !== undefined && (await own.getSupportedFormats()).includes('qr_code')) return new own({ formats: [...options.formats] });
  const [{ BarcodeDetector: Ponyfill, prepareZXingModule }, { default: wasm }] = await Promise.all([import('barcode-detector/ponyfill'), import('zxing-wasm/reader/zxing_reader.wasm?url')]);
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return new Ponyfill({ formats: [...options.formats] });
}

function troubleOf(problem: unknown): ScanTrouble {
  const name = problem instanceof DOMException ? problem.name : '';
  return name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'missing';
}
