// Made by `npm run docs` from the definitions in this folder: change it there.
/** All resources, by the names that users write. */
import { aptPackages } from './apt/packages.js'
import { checkHttp } from './commands/check-http.js'
import { gitCheckout } from './git/checkout.js'
import { githubDeployKey } from './github/deploy-key.js'
import { githubWebhook } from './github/webhook.js'
import { mysqlDatabase } from './mysql/database.js'
import { mysqlUser } from './mysql/user.js'
import { pythonVenv } from './python/venv.js'
import { systemdService } from './systemd/service.js'
import { systemdUnit } from './systemd/unit.js'

export { group, type GroupOptions } from './accounts/group.js'
export { knownHost, type KnownHostOptions } from './accounts/known-host.js'
export { sshKey, type SshKey, type SshKeyOptions } from './accounts/ssh-key.js'
export { sudoers, type SudoersOptions, type SudoersRule } from './accounts/sudoers.js'
export { user, type UserOptions } from './accounts/user.js'
export type { PackagesOptions } from './apt/packages.js'
export type { HttpCheckOptions } from './commands/check-http.js'
export { command, type CommandOptions } from './commands/command.js'
export { absent, type AbsentOptions } from './files/absent.js'
export { directory, type DirectoryOptions } from './files/directory.js'
export { file, type FileOptions } from './files/file.js'
export {
  generatedSecret,
  type GeneratedSecret,
  type GeneratedSecretOptions,
} from './files/generated-secret.js'
export { symlink, type SymlinkOptions } from './files/symlink.js'
export type { GitCheckoutOptions } from './git/checkout.js'
export type { GithubDeployKeyOptions } from './github/deploy-key.js'
export type { GithubWebhookOptions } from './github/webhook.js'
export type { MysqlDatabaseOptions } from './mysql/database.js'
export type { MysqlUserOptions } from './mysql/user.js'
export type { PythonVenvOptions } from './python/venv.js'
export { timezone } from './system/timezone.js'
export type { ServiceOptions } from './systemd/service.js'
export type { UnitOptions } from './systemd/unit.js'

/** Packages. */
export const apt = { packages: aptPackages } as const
/** Commands and checks. */
export const check = { http: checkHttp } as const
/** Code. */
export const git = { checkout: gitCheckout } as const
/** GitHub. */
export const github = { deployKey: githubDeployKey, webhook: githubWebhook } as const
/** Databases. */
export const mysql = { database: mysqlDatabase, user: mysqlUser } as const
/** Packages. */
export const python = { venv: pythonVenv } as const
/** Services. */
export const systemd = { service: systemdService, unit: systemdUnit } as const
