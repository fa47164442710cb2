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

/** What became of a host: what the work answered, or why there is no answer. */
export type HostOutcome<T> = { readonly host: string; readonly seconds: number } & End<T>

type End<T> =
  | { readonly status: 'ok'; readonly value: T }
  | { readonly status: 'failed' | 'unreachable'; readonly error: EventError }

/**
 * Connects to hosts, `forks` at once (default 50), and does one thing with the session of each,
 * which is closed afterwards. One host's fault stays with it: what cannot be reached or is lost
 * half way is `unreachable`, and work that throws has `failed`.
 *
 * After the first Ctrl-C (`stop`) work under way is finished and other hosts fail with `stopped`;
 * the second (`kill`) ends on the hosts what is under way there, which fails with
 * `connection-lost`.
 *
 * @param work gets a session of the login user, or with `-b` or `ansible_become` of root or who
 * `ansible_become_user` names
 * @param told hears of each host as soon as it is done with; must not throw
 * @returns the outcomes in the order of the hosts
 */
export async function eachHost<T>(
  hosts: readonly InventoryHost[],
  options: ConnectSettings & Pick<RunOptions, 'forks' | 'become'>,
  work: (session: Session, host: InventoryHost) => Promise<T>,
  told: (outcome: HostOutcome<T>) => void = () => undefined,
  connectTo: Connect = connect,
): Promise<readonly HostOutcome<T>[]> {
  // Every host listens to both; Node warns of a leak from eleven on.
  setMaxListeners(0, options.stop, options.kill)
  const outcomes = new Map<InventoryHost, HostOutcome<T>>()
  await concurrently(options.forks ?? defaultForks, hosts, async (host) => {
    const begun = performance.now()
    const end = await one(host, options, work, connectTo).catch(failed)
    const outcome = { host: host.name, ...end, seconds: (performance.now() - begun) / 1000 }
    outcomes.set(host, outcome)
    told(outcome)
  })
  return hosts.flatMap((host) => outcomes.get(host) ?? [])
}

const failed = (error: unknown): { readonly status: 'failed'; readonly error: EventError } => ({
  status: 'failed',
  error: eventError(error),
})

async function one<T>(
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
  const unkilled: unknown[] = []
  const tell = (error: unknown): void => {
    unkilled.push(error)
  }
  try {
    const value = await killable(session, options.kill, tell, () => work(session, host))
    return { status: 'ok', value }
  } catch (error) {
    const away =
      !isCode(error, 'stopped') && (!(await isReached(session)) || isLost(error, options.kill))
    if (away) return { status: 'unreachable', error: eventError(error) }
    return failed(unkilled[0] ?? error)
  } finally {
    await session.close()
  }
}
