/** What users write with: everything that `import … from 'fettle'` offers. */
import { aptPackages } from './resources/apt/packages.js'
import { checkHttp } from './resources/commands/check-http.js'
import { gitCheckout } from './resources/git/checkout.js'
import { githubDeployKey } from './resources/github/deploy-key.js'
import { githubWebhook } from './resources/github/webhook.js'
import { mysqlDatabase } from './resources/mysql/database.js'
import { mysqlUser } from './resources/mysql/user.js'
import { pythonVenv } from './resources/python/venv.js'
import { systemdService } from './resources/systemd/service.js'
import { systemdUnit } from './resources/systemd/unit.js'

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

export { absent, type AbsentOptions } from './resources/files/absent.js'
export { command, type CommandOptions } from './resources/commands/command.js'
export { directory, type DirectoryOptions } from './resources/files/directory.js'
export { file, type FileOptions } from './resources/files/file.js'
export { generatedSecret, type GeneratedSecretOptions } from './resources/files/generated-secret.js'
export { group, type GroupOptions } from './resources/accounts/group.js'
export { knownHost, type KnownHostOptions } from './resources/accounts/known-host.js'
export { secretSource } from './resources/files/content.js'
export { sshKey, type SshKeyOptions } from './resources/accounts/ssh-key.js'
export { sudoers, type SudoersOptions } from './resources/accounts/sudoers.js'
export { symlink, type SymlinkOptions } from './resources/files/symlink.js'
export { user, type UserOptions } from './resources/accounts/user.js'

/** Debian's packages. */
export const apt = { packages: aptPackages } as const
/** Conditions that must hold; they change nothing. */
export const check = { http: checkHttp } as const
export const git = { checkout: gitCheckout } as const
/** GitHub's API, from the control machine. */
export const github = { deployKey: githubDeployKey, webhook: githubWebhook } as const
/** MySQL and MariaDB, through the host's own SSH connection. */
export const mysql = { database: mysqlDatabase, user: mysqlUser } as const
export const python = { venv: pythonVenv } as const
export const systemd = { service: systemdService, unit: systemdUnit } as const
