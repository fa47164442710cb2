import { z } from 'zod'
import { Later } from '../core/later.js'
import { line } from '../core/schemas.js'
import { aptFact, type AptState } from '../facts/apt/packages.js'
import { alone, checkedRead, reading, type Reading, type ReadOptions } from './reading.js'

const lists: Reading<ReadOptions> = {
  name: 'packages',
  argument: z.array(line.regex(/^[a-z0-9][a-z0-9+.:-]+$/, 'must be the name of a package')).min(1),
  options: alone,
}

const versionsOf = (
  state: AptState | null,
  names: readonly string[],
): Readonly<Record<string, string | null>> =>
  Object.fromEntries(
    names.map((name) => {
      const found = state?.packages[name]
      const isInstalled = found?.status === 'installed' && found.providedBy === null
      return [name, isInstalled ? found.version : null]
    }),
  )

/**
 * The installed versions of packages by their names; `null` for one that is not installed.
 * @chapter Reads
 * @ansible `package_facts`
 * @example
 * file('/etc/app/legacy.conf', {
 *    content: 'compatible = yes\n',
 *    onlyIf: read.packages(['php7.4-fpm']).map((found) => found['php7.4-fpm'] !== null),
 *  })
 */
export function packages(
  names: readonly string[],
  options: ReadOptions = {},
): Later<Readonly<Record<string, string | null>>> {
  checkedRead(lists, names, options)
  const of = names.map((name) => `package:${name}` as const)
  const wanted = reading(lists, names, options, aptFact, names, { of })
  return Later.found(wanted, { packages: {}, listsAge: null }).map(versionsOf, names)
}
