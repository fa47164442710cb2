import { connect, type ConnectOptions, type Target } from '../../src/ssh/connect.js'
import type { Session } from '../../src/ssh/session.js'

/** A session whose shell runs. */
export async function logIn(target: Target, options: ConnectOptions): Promise<Session> {
  const session = await connect(target, options)
  try {
    await session.started
    return session
  } catch (error) {
    await session.close()
    throw error
  }
}
