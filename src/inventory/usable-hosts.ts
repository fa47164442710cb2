import { FettleError } from '../core/errors.js'
import type { Connection, InventoryHost } from './inventory.js'
import { isFitName } from './names.js'
import { remedyFor, sentenceOf, UnfitHost, type HostProblem } from './unfit-host.js'
import { isVault, pathTo, vaultRemedy } from './value-parts.js'

const mostShown = 20

/**
 * Answers the hosts that it is given, when each of them can be used: its files of variables could be read, no variable is
 * encrypted, and it can be reached in the way that the inventory says. What is wrong with other hosts stops nobody.
 * @throws FettleError `inventory-invalid`: one error for all hosts, a line for each problem with its place
 */
export function checkHosts(hosts: readonly InventoryHost[]): readonly InventoryHost[] {
  const problems = new Map<string, HostProblem>()
  const plain = new WeakSet()
  for (const host of hosts) {
    if (host.unreadable !== null) throw host.unreadable
    for (const found of problemsOf(host, plain)) {
      const key = JSON.stringify([found.subject, found.sentence, found.place])
      const known = problems.get(key)
      if (known === undefined) problems.set(key, { ...found, hosts: [host.name] })
      else known.hosts.push(host.name)
    }
  }
  if (problems.size === 0) return hosts
  const all = [...problems.values()]
  const more = all.length > mostShown ? [`and ${String(all.length - mostShown)} more`] : []
  throw new FettleError('inventory-invalid', {
    message: [...all.slice(0, mostShown).map(sentenceOf), ...more].join('\n'),
    remedy: remedyFor(all),
  })
}

/** @param plain collects values that are not encrypted, which hosts of a group share */
function* problemsOf(host: InventoryHost, plain: WeakSet<object>): Iterable<Omit<HostProblem, 'hosts'>> {
  if (!isFitName(host.name)) {
    const sentence = 'may have letters, digits and _ - . + = @ only, and begins with a letter, a digit or _'
    yield { subject: 'the name', sentence, place: host.namedAt, remedy: 'give it a short name, and its address as ansible_host' }
  }
  let isEncrypted = false
  for (const [name, value] of Object.entries(host.vars)) {
    if (typeof value !== 'object' || value === null || plain.has(value)) continue
    const path = pathTo(value, isVault)
    if (path === null) {
      plain.add(value)
      continue
    }
    isEncrypted = true
    const sentence = 'is encrypted with ansible-vault, which Fettle does not read'
    yield { subject: [name, ...path].join('.'), sentence, place: host.place(name, path), remedy: vaultRemedy }
  }
  // A way that hangs on an encrypted value is told of already.
  if (isEncrypted) return
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
