import { FettleError } from '../../core/errors.js'
import type { Connection, InventoryHost } from '../inventory.js'
import { isFitName } from '../merge/names.js'
import { remedyFor, sentenceOf, UnfitHost, type HostProblem } from '../merge/unfit-host.js'
import { isVault, vaultRemedy, vaultSentence } from '../read/value-parts.js'

const maxShownProblems = 20

/**
 * Returns the given hosts if each of them can be used: its variable files could be read, and its
 * connection settings are valid. Problems of other hosts do not matter.
 * @throws FettleError `inventory-invalid`: one error for all hosts, a line for each problem with
 *   its place
 */
export function checkHosts(hosts: readonly InventoryHost[]): readonly InventoryHost[] {
  const problems = new Map<string, HostProblem>()
  for (const host of hosts) {
    if (host.unreadable !== null) throw host.unreadable
    for (const found of problemsOf(host)) {
      const key = JSON.stringify([found.subject, found.sentence, found.place])
      const known = problems.get(key)
      if (known === undefined) problems.set(key, { ...found, hosts: [host.name] })
      else known.hosts.push(host.name)
    }
  }
  if (problems.size === 0) return hosts
  const all = [...problems.values()]
  const lines = all.slice(0, maxShownProblems).map(sentenceOf)
  if (all.length > maxShownProblems) lines.push(`and ${String(all.length - maxShownProblems)} more`)
  throw new FettleError('inventory-invalid', {
    message: lines.join('\n'),
    remedy: remedyFor(all),
  })
}

function* problemsOf(host: InventoryHost): Iterable<Omit<HostProblem, 'hosts'>> {
  if (!isFitName(host.name)) {
    const sentence =
      'may have letters, digits and _ - . + = @ only, and begins with a letter, a digit or _'
    yield {
      subject: 'the name',
      sentence,
      place: host.namedAt,
      remedy: 'give it a short name, and its address as ansible_host',
    }
  }
  const encrypted = Object.keys(host.vars).filter(
    (name) => name.startsWith('ansible_') && isVault(host.vars[name]),
  )
  for (const name of encrypted)
    yield {
      subject: name,
      sentence: vaultSentence,
      place: host.place(name, []),
      remedy: vaultRemedy,
    }
  // Connection settings with an encrypted value have been reported above.
  if (encrypted.length > 0) return
  const found = connectionProblem(() => host.connection)
  if (found !== null) yield found
}

function connectionProblem(connection: () => Connection): HostProblem | null {
  try {
    connection()
    return null
  } catch (error) {
    if (error instanceof UnfitHost) return error.problem
    throw error
  }
}
