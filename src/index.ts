/** What users write with: everything that `import … from 'fettle'` offers. */
export { z } from 'zod'
export { play, task } from './core/play.js'
export type { HostAddress, HostFacts } from './core/host-facts.js'
export type {
  HostInfo,
  InventoryInfo,
  Play,
  PlayOptions,
  Resources,
  Task,
  TaskContext,
  TaskOptions,
  WithFacts,
} from './core/play.js'
export type { Percentage } from './core/percentage.js'
export type { CommonOptions, Resource } from './core/resource.js'
export type { Later, Value } from './core/later.js'
export { FettleError } from './core/errors.js'
export { Secret } from './core/secret.js'
export { json, secret, uri } from './core/secret-text.js'
export { env } from './inventory/environment/environment.js'
export type { GroupShape, InventoryShape } from './inventory/read/inventory-shape.js'

export { secretSource } from './resources/files/content.js'
export * from './resources/index.js'
