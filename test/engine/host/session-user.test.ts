import { expect, test } from '@jest/globals'
import type { Step } from '../../../src/engine/prepare/build.js'
import { oneUser, usersOf } from '../../../src/engine/host/session-user.js'
import { file, read } from '../../../src/index.js'
import { stepsOf } from '../toy.js'

const reader = (become: string | undefined): string => become ?? 'deploy'
const stepsWith = (more: Partial<Step>, become?: string): readonly Step[] => {
  const content = read.file('/etc/motd', become === undefined ? {} : { become })
  return stepsOf([file('/a', { content })]).map((step) => ({ ...step, reader, ...more }))
}

test.each<[string, readonly Step[], string | null]>([
  ['of nobody', [], null],
  ['of one', stepsWith({ user: 'deploy' }), 'deploy'],
  ['of one behind root', stepsWith({ user: 'deploy', behindRoot: true }), 'root'],
  ['of one whose read another makes', stepsWith({ user: 'deploy' }, 'postgres'), 'root'],
  ['of one whose read the task makes', stepsWith({ user: 'app' }), 'root'],
])('the session %s', (_, steps, user) => {
  expect(oneUser(usersOf(steps))).toBe(user)
})
