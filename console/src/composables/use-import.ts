import { computed, ref, shallowRef } from 'vue';
import { IMPORT_LIMITS, type ImportResult } from '@liandong/protocols';
import { hubApi } from '../api/hub-api.js';
import { csvLine, download } from '../provisioning/download.js';
import type { Loss } from './use-leaving.js';
import { useProblemWords } from './use-problem-words.js';
import { useWords } from './use-words.js';

/** From a CSV file over its dry run to the import, all rows or chosen ones. */
export function useImport() {
  const { language } = useWords();
  const { problemText } = useProblemWords();
  const file = shallowRef<File>();
  const [checked, done] = [shallowRef<ImportResult>(), shallowRef<ImportResult>()];
  const [isWorking, progress, problem] = [ref(false), ref<{ done: number; total: number }>(), ref<string>()];
  const [chosen, isKept] = [ref(new Set<number>()), ref(false)];
  const result = computed(() => done.value ?? checked.value);
  const importable = computed(() => checked.value?.rows.filter((row) => row.state !== 'failed').map((row) => row.line) ?? []);
  /** A file of which no row can be imported is no loss. */
  const loss = computed((): Loss | undefined => done.value === undefined ? (importable.value.length > 0 ? 'file' : undefined) : done.value.credentials.length > 0 && !isKept.value ? 'passwords' : undefined);
  const isTooLarge = computed(() => (file.value?.size ?? 0) > IMPORT_LIMITS.bodyBytes);

  async function run(isDryRun: boolean): Promise<ImportResult | undefined> {
    if (file.value === undefined || isTooLarge.value) return undefined;
    [isWorking.value, problem.value, progress.value] = [true, undefined, undefined];
    const lines = isDryRun || chosen.value.size === checked.value?.rows.length ? undefined : [...chosen.value];
    try {
      return await hubApi.importDevices(file.value, { isDryRun, ...(lines === undefined ? {} : { lines }), onProgress: (made, total) => { progress.value = { done: made, total }; } });
    } catch (error) { problem.value = problemText(error); return undefined; } finally { isWorking.value = false; }
  }
  async function pick(picked: File): Promise<void> {
    [file.value, checked.value, done.value, isKept.value] = [picked, undefined, undefined, false];
    checked.value = await run(true);
    chosen.value = new Set(importable.value);
  }
  async function apply(): Promise<void> { done.value = await run(false); }
  function toggle(line: number): void {
    const next = new Set(chosen.value);
    if (!next.delete(line)) next.add(line);
    chosen.value = next;
  }
  const chooseAll = () => { chosen.value = new Set(chosen.value.size === importable.value.length ? [] : importable.value); };
  const failedUrl = computed(() => result.value === undefined || result.value.counts.failed === 0 ? undefined : `/api/v1/devices/import/${encodeURIComponent(result.value.id)}/failed.csv?lang=${language.value === 'en' ? 'en' : 'zh'}`);
  const templateUrl = computed(() => `/api/v1/devices/import/template?lang=${language.value === 'en' ? 'en' : 'zh'}`);
  function saveCredentials(): void {
    download('credentials.csv', [['username', 'password'], ...(done.value?.credentials ?? []).map(({ username, password }) => [username, password])].map(csvLine).join('\r\n'));
    isKept.value = true;
  }
  return { file, checked, done, result, isWorking, progress, problem, chosen, importable, loss, isTooLarge, pick, apply, toggle, chooseAll, failedUrl, templateUrl, saveCredentials };
}
