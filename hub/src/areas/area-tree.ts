import { topDown, type Area, type AreaId, type AreaLevel, type AreaNode } from '@liandong/protocols';
import type { Principal } from '../identity/principal.js';
import { Listeners } from '../listeners.js';
import { AppError } from '../problem.js';

/** All areas in memory: a sub-district has a few hundred. Answers questions of containment without a query. */
export class AreaTree {
  readonly #areas = new Map<AreaId, Area>();
  #inOrder: readonly Area[] | undefined;
  readonly #listeners: Listeners<[Area]>;

  /** `onError`: told of a listener that threw. */
  constructor({ onError }: { onError: (error: unknown) => void }) {
    this.#listeners = new Listeners({ onError });
  }

  get size(): number { return this.#areas.size; }
  get(id: AreaId): Area | undefined { return this.#areas.get(id); }
  put(area: Area): void {
    this.#areas.set(area.id, area);
    this.#inOrder = undefined;
    this.#listeners.tell(area);
  }
  /** Forgets an area; those below it go first. */
  remove(id: AreaId): void {
    this.#areas.delete(id);
    this.#inOrder = undefined;
  }
  /** Calls `listener` for each area that is put from now on, new or changed; returns how to stop. */
  onChange(listener: (area: Area) => void): () => void { return this.#listeners.add(listener); }
  /** Every area, top down and by id: neither which hub of a city was heard first, nor how a database keeps its rows, is an order for a person's screen. */
  all(): readonly Area[] { return this.#inOrder ??= [...this.#areas.values()].sort(topDown); }

  /** The area itself and everything above it, upwards. */
  lineage(id: AreaId): Area[] {
    const path: Area[] = [];
    for (let area = this.#areas.get(id); area !== undefined; area = area.parent === undefined ? undefined : this.#areas.get(area.parent)) path.push(area);
    return path;
  }

  /** The area of that level that `id` lies in, or is. */
  ancestor(id: AreaId, level: AreaLevel): Area | undefined { return this.lineage(id).find((area) => area.level === level); }

  /** Is `id` the area `container`, or somewhere below it? */
  contains(container: AreaId, id: AreaId): boolean { return this.lineage(id).some((area) => area.id === container); }

  /** May this caller know of the area? */
  isVisible(principal: Principal, id: AreaId): boolean {
    return principal.area === undefined ? this.#areas.has(id) : this.contains(principal.area, id);
  }

  /** An area outside the caller's own does not exist for them; none is named: nothing to refuse. @throws AppError AREA_NOT_FOUND */
  requireVisible(principal: Principal, id: AreaId | undefined): void {
    if (id !== undefined && !this.isVisible(principal, id)) throw new AppError('AREA_NOT_FOUND', { zh: `没有区域 ${id}。`, en: `There is no area ${id}.` });
  }

  /** Ids of `root` and all below it. */
  subtree(root: AreaId): Set<AreaId> {
    return new Set(this.all().filter((area) => this.contains(root, area.id)).map((area) => area.id));
  }

  /** What this caller may see, as trees. */
  nodes(principal: Principal): AreaNode[] {
    const visible = this.all().filter((area) => this.isVisible(principal, area.id));
    const nodes = new Map<AreaId, AreaNode>(visible.map((area) => [area.id, { ...area, children: [] }]));
    const roots: AreaNode[] = [];
    for (const node of nodes.values()) (node.parent === undefined ? roots : nodes.get(node.parent)?.children ?? roots).push(node);
    return roots;
  }
}
