import { group, user } from './accounts.js'
import { command } from './command.js'
import { file } from './file.js'
import { find } from './find.js'
import { packages } from './packages.js'
import { service } from './service.js'
import { stat } from './stat.js'

/**
 * Reads of the host, for values and decisions of the user's own. Each is a `Later`, read together
 * with what its resource needs, in plans too, and changes nothing. What is not there is `null`. Where
 * an earlier change is planned that may change the answer, it is *known after apply*.
 */
export const read = { stat, file, find, command, user, group, packages, service } as const

export type { GroupFound, UserFound } from './accounts.js'
export type { ReadCommandOptions } from './command.js'
export type { ReadFileOptions } from './file.js'
export type { FindOptions } from './find.js'
export type { ReadOptions } from './reading.js'
export type { ServiceFound } from './service.js'
export type { Stat } from './stat.js'
