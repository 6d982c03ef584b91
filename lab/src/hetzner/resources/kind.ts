/** One type of resource: how it is made, what deleting does, which actions it has. */
import type { Action, ResourceMap, ResourceType } from 'catalyst/hetzner/api/types.js';
import type { Project } from '../project.js';

// biome-ignore lint/suspicious/noExplicitAny: request bodies are checked field by field where they are read
export type Body = Record<string, any>;

export interface Reply {
  status: number;
  body?: object;
}

export interface Kind<T extends ResourceType = ResourceType> {
  type: T;
  create?: (project: Project, body: Body) => object;
  remove: (project: Project, item: ResourceMap[T]) => Reply;
  actions?: Record<string, (project: Project, item: ResourceMap[T], body: Body) => object>;
  /** Fields that PUT may set. */
  updatable: readonly string[];
  /** What readers see, when it is derived from other resources. */
  view?: (project: Project, item: ResourceMap[T]) => object;
}

export const noContent: Reply = { status: 204 };

/** The change_protection action of most types. */
export function changeProtection<T extends ResourceType>(type: T) {
  return (project: Project, item: ResourceMap[T], body: Body): { action: Action } => {
    const wanted = Object.fromEntries(Object.entries(body).filter(([key]) => key === 'delete' || key === 'rebuild'));
    const action = project.begin('change_protection', [{ id: item.id, type }]);
    item.protection = { ...(item.protection as object), ...wanted } as never;
    return { action };
  };
}
