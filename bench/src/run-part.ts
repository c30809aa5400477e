import type { RunDependencies } from './run.js';
import type { PartOptions } from './support/part-options.js';
import { Resources } from './support/resources.js';

/** One part, with processes of its own; one that fails does not stop the next. */
export async function runPart<Result>(name: string, measurePart: (told: PartOptions) => Promise<Result>, { progress, onStage, onResources }: RunDependencies): Promise<Result | { readonly failure: string }> {
  const resources = new Resources();
  onResources(resources);
  onStage(name);
  progress.say(`${name} …`);
  try {
    return await measurePart({ resources, onProgress: progress.show.bind(progress) });
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    progress.say(`  ${name}: FAILED, ${failure}`);
    return { failure };
  } finally {
    await resources.release();
  }
}
