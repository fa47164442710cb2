import { setMaxListeners } from 'node:events'
import { isCode } from '../../core/errors.js'
import type { InventoryHost } from '../../inventory/inventory.js'
import { connect } from '../../ssh/connect.js'
import type { Session } from '../../ssh/session.js'
import type { EventError } from '../events.js'
import type { RunOptions } from '../options.js'
import { isLost, isReached, killable, stopped } from '../cancellation.js'
import { becomeUser, connectOptions, targetOf, type ConnectSettings } from './connect-options.js'
import { concurrently, defaultForks } from './forks.js'
import { eventError } from '../resource-event.js'
import type { Connect } from './sessions.js'

/** The result for a host: what the work returned, or the error. */
export type HostOutcome<T> = { readonly host: string; readonly seconds: number } & End<T>

type End<T> =
  | { readonly status: 'ok'; readonly value: T }
  | { readonly status: 'failed' | 'unreachable'; readonly error: EventError }

/**
 * Connects to hosts, `forks` at once (default 50), runs some work with the session of each, and
 * closes it. An error stays with its host: one that cannot be reached or is lost half way is
 * `unreachable`, and one whose work throws has `failed`.
 *
 * After the first Ctrl-C (`stop`) work under way is finished, and the remaining hosts fail with
 * `stopped`. The second (`kill`) ends what is under way on the hosts, which fails with
 * `connection-lost`.
 *
 * @param work gets a session of the login user, or with `-b` or `ansible_become` of root or of
 * `ansible_become_user`
 * @param onOutcome called for each host as soon as it is finished; must not throw
 * @returns the outcomes in the order of the hosts
 */
export async function eachHost<T>(
  hosts: readonly InventoryHost[],
  options: ConnectSettings & Pick<RunOptions, 'forks' | 'become'>,
  work: (session: Session, host: InventoryHost) => Promise<T>,
  onOutcome: (outcome: HostOutcome<T>) => void = () => undefined,
  connectTo: Connect = connect,
): Promise<readonly HostOutcome<T>[]> {
  // Every host adds a listener to both; Node warns of a leak from eleven on.
  setMaxListeners(0, options.stop, options.kill)
  const outcomes = new Map<InventoryHost, HostOutcome<T>>()
  await concurrently(options.forks ?? defaultForks, hosts, async (host) => {
    const begun = performance.now()
    const end = await visit(host, options, work, connectTo).catch(failed)
    const outcome = { host: host.name, ...end, seconds: (performance.now() - begun) / 1000 }
    outcomes.set(host, outcome)
    onOutcome(outcome)
  })
  return hosts.flatMap((host) => outcomes.get(host) ?? [])
}

const failed = (error: unknown): { readonly status: 'failed'; readonly error: EventError } => ({
  status: 'failed',
  error: eventError(error),
})

async function visit<T>(
  host: InventoryHost,
  options: ConnectSettings & Pick<RunOptions, 'become'>,
  work: (session: Session, host: InventoryHost) => Promise<T>,
  connectTo: Connect,
): Promise<End<T>> {
  const isStopped = (): boolean => options.stop.aborted
  if (isStopped()) return failed(stopped())
  let session: Session
  try {
    const user = becomeUser(host.connection, options.become)
    session = await connectTo(targetOf(host, user, options), connectOptions(options))
  } catch (error) {
    if (isStopped()) return failed(stopped())
    return { status: 'unreachable', error: eventError(error) }
  }
  const killErrors: unknown[] = []
  const tell = (error: unknown): void => {
    killErrors.push(error)
  }
  try {
    const value = await killable(session, options.kill, tell, () => work(session, host))
    return { status: 'ok', value }
  } catch (error) {
    const isUnreachable =
      !isCode(error, 'stopped') && (!(await isReached(session)) || isLost(error, options.kill))
    if (isUnreachable) return { status: 'unreachable', error: eventError(error) }
    return failed(killErrors[0] ?? error)
  } finally {
    await session.close()
  }
}
