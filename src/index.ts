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
export type { Percentage, Share } from './core/percentage.js'
export type { CommonOptions, Resource } from './core/resource.js'
export type { Later, Value } from './core/later.js'
export { FettleError, type ErrorCode, type ErrorDetail } from './core/errors.js'
export type { Mode } from './core/mode.js'
export { Secret } from './core/secret.js'
export { json, secret, uri, type SecretPart } from './core/secret-text.js'
export { env, type Environment } from './inventory/environment/environment.js'
export type { GroupShape, InventoryShape, Variables } from './inventory/read/inventory-shape.js'

export type { CommandLine } from './facts/commands/guard.js'
export { secretSource, type Content, type ContentOptions } from './resources/files/content.js'
export type { CleanTree } from './resources/git/checkout-options.js'
export type { MysqlConnectionOptions } from './resources/mysql/connection.js'
export type { GrantOptions } from './resources/mysql/grants.js'
export * from './reads/index.js'
export * from './resources/index.js'
